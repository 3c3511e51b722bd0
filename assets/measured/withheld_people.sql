-- How many people whose records of a system may not be linked could yet be among the people somebody looks for there?
-- Of those whose contacts the scope shows, only people with a fitting contact in [first_at, last_at); of those not shown, all.
with withheld as (
    select domain, person_key
    from scope.membership
    where link_state = 'withheld' and system = $follow_system
    group by all
),
-- The few who are withheld are looked for among the many contacts, not the other way round.
shown as (
    select distinct withheld.domain, withheld.person_key
    from scope.person_timeline
    join withheld using (domain, person_key)
    where person_timeline.system = $follow_system
),
fitting as (
    select distinct withheld.domain, withheld.person_key
    from scope.matched_contact
    join withheld using (domain, person_key)
    where
        matched_contact.filter_id = $follow_filter
        and matched_contact.start_at >= $first_at
        and matched_contact.start_at < $last_at
),
possible as (
    select withheld.domain, withheld.person_key, coalesce(person.race_group, 'UNKNOWN') as race_group
    from withheld
    left join scope.person using (domain, person_key)
    left join shown using (domain, person_key)
    left join fitting using (domain, person_key)
    where fitting.person_key is not null or shown.person_key is null
),
grouped as (
    select domain, person_key, unnest([race_group, 'ALL']) as race_group from possible
)
select $label::varchar as label, domain, race_group, count(*) as people
from grouped
group by domain, race_group
