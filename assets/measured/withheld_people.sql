-- How many people whose records of a system may not be linked could yet be among the people somebody looks for there?
-- Of those whose contacts the scope shows, only people with a fitting contact in [first_at, last_at); of those not shown, all.
with withheld as (
    select domain, person_key, coalesce(min(first_at) < $as_of, false) as is_shown
    from scope.withheld_seen
    where system = $follow_system
    group by domain, person_key
),
fitting as (
    select domain, person_key
    from scope.withheld_contact
    where
        filter_id = $follow_filter
        and start_at >= $first_at
        and start_at < $last_at
        and known_at < $as_of
        and coalesce(uncounted_from >= $as_of, true)
    group by all
),
possible as (
    select withheld.domain, withheld.person_key, coalesce(person.race_group, 'UNKNOWN') as race_group
    from withheld
    left join scope.person using (domain, person_key)
    left join fitting using (domain, person_key)
    where fitting.person_key is not null or not withheld.is_shown
),
grouped as (
    select domain, person_key, unnest([race_group, 'ALL']) as race_group from possible
)
select $label::varchar as label, domain, race_group, count(*) as people
from grouped
group by domain, race_group
