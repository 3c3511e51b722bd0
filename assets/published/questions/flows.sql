-- From which system and intercept to which do how many people pass within the county's time limit?
-- Every pair of steps that this product can see has a line for every race group: a pair that never happened and a withheld one look alike.
with step as (
    select domain, printf('%d %s', from_intercept, from_system) as step from measured.intercept_flow
    union
    select domain, printf('%d %s', to_intercept, to_system) as step from measured.intercept_flow
),
race_group as (select distinct race_group from measured.intercept_flow),
passed as (
    select
        domain,
        race_group,
        printf('%d %s', from_intercept, from_system) as from_step,
        printf('%d %s', to_intercept, to_system) as to_step,
        transitions,
        people,
        median_days,
        largest,
        second_largest
    from measured.intercept_flow
)
select
    begin_at.step || coalesce(' in ' || begin_at.domain, '') as from_step,
    end_at.step as to_step,
    race_group.race_group,
    coalesce(passed.people, 0) as people,
    coalesce(passed.transitions, 0) as transitions,
    passed.median_days,
    passed.largest,
    passed.second_largest
from step as begin_at
join step as end_at on end_at.domain = begin_at.domain
cross join race_group
left join passed
    on passed.domain = begin_at.domain
    and passed.from_step = begin_at.step
    and passed.to_step = end_at.step
    and passed.race_group = race_group.race_group
