-- How many events and people of each race group would each decision point count under each scenario of links?
-- Tonight's figures, without the people whom the scenario changes, with the people whom it makes of them. Tonight's are summed once, and
-- only sums are repeated by scenario: to repeat everybody would cost more than all other questions of a night.
with affected as (
    select distinct scenario, domain, person_key from scope.link_seat
),
changed as (
    select affected.scenario, -1 as sign, link_base_point.*
    from scope.link_base_point
    join affected using (domain, person_key)
    union all by name
    select
        split_part(domain, '#', 2) as scenario,
        1 as sign,
        point_id,
        split_part(domain, '#', 1) as domain,
        person_key,
        n,
        x,
        race_group,
        hispanic_unknown
    from scope.point_person
    join scope.decision_point using (point_no)
    union all by name
    select null as scenario, 1 as sign, link_base_point.* from scope.link_base_point
),
counted as (
    select
        scenario,
        point_id,
        domain,
        race_group,
        sum(sign * n) as base_events,
        sum(case when n > 0 then sign else 0 end) as base_people,
        sum(sign * x) as events,
        sum(case when x > 0 then sign else 0 end) as people,
        sum(sign * x * x) as squares,
        sum(sign * x * n) as products,
        sum(sign * n * n) as base_squares,
        sum(case when x > 0 and hispanic_unknown then sign else 0 end) as ethnicity_unknown_people
    from changed
    group by scenario, point_id, domain, race_group
),
part as (
    select link_scenario.scenario, counted.* exclude (scenario)
    from counted
    cross join scope.link_scenario
    where counted.scenario is null
    union all by name
    from counted where scenario is not null
)
select
    part.scenario,
    part.point_id,
    part.domain,
    grouped.race_group,
    sum(base_events)::bigint as base_events,
    sum(base_people)::bigint as base_people,
    sum(events)::bigint as events,
    sum(people)::bigint as people,
    sum(squares)::bigint as squares,
    sum(products)::bigint as products,
    sum(base_squares)::bigint as base_squares,
    sum(ethnicity_unknown_people)::bigint as ethnicity_unknown_people
from part
cross join unnest([part.race_group, 'ALL']) as grouped (race_group)
group by part.scenario, part.point_id, part.domain, grouped.race_group
order by all
