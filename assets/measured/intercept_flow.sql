-- From which intercept and system to which do people pass, how often, and how soon?
-- One step is two consecutive steps of one person's timeline no further apart than the county's limit.
with passed as (
    select
        step.person_key,
        person.domain,
        person.race_group,
        step.previous_intercept as from_intercept,
        step.previous_system as from_system,
        step.intercept as to_intercept,
        step.system as to_system,
        (epoch_us(step.start_at) - epoch_us(step.previous_start_at)) / 86400000000 as days_since_previous
    from scope.step
    join scope.person using (person_key)
    where
        step.start_at >= $period_start
        and step.start_at < $as_of
        and days_since_previous <= $transition_days
        and coalesce(step.uncounted_from >= $as_of, true)
        and step.intercept is not null
        and step.previous_intercept is not null
),
per_person as (
    select domain, race_group, from_intercept, from_system, to_intercept, to_system, count(*) as transitions
    from passed
    group by domain, race_group, from_intercept, from_system, to_intercept, to_system, person_key
),
counted as (
    select
        domain,
        grouped.race_group,
        from_intercept,
        from_system,
        to_intercept,
        to_system,
        sum(transitions)::bigint as transitions,
        sum(people)::bigint as people,
        -- What the two people with most transitions have, for disclosure control.
        list_reverse_sort(flatten(list(most))) as most
    from (
        select
            domain, race_group, from_intercept, from_system, to_intercept, to_system,
            sum(transitions) as transitions, count(*) as people, max(transitions, 2) as most
        from per_person
        group by domain, race_group, from_intercept, from_system, to_intercept, to_system
    ) as alike
    cross join unnest([alike.race_group, 'ALL']) as grouped (race_group)
    group by domain, grouped.race_group, from_intercept, from_system, to_intercept, to_system
),
middle as (
    select domain, race_group, from_intercept, from_system, to_intercept, to_system, median(days_since_previous) as median_days
    from passed
    group by domain, race_group, from_intercept, from_system, to_intercept, to_system
    union all
    select domain, 'ALL' as race_group, from_intercept, from_system, to_intercept, to_system, median(days_since_previous) as median_days
    from passed
    group by domain, from_intercept, from_system, to_intercept, to_system
)
select
    counted.domain,
    counted.race_group,
    counted.from_intercept::integer as from_intercept,
    counted.from_system,
    counted.to_intercept::integer as to_intercept,
    counted.to_system,
    counted.transitions,
    counted.people,
    middle.median_days,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    counted.most[1] as largest,
    counted.most[2] as second_largest
from counted
join middle using (domain, race_group, from_intercept, from_system, to_intercept, to_system)
order by all
