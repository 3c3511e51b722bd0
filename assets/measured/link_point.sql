-- How many events and people of each race group would each decision point count under each scenario of links?
-- Tonight's figures, without the people whom the scenario changes, with the people whom it makes of them.
with affected as (
    select distinct scenario, domain, person_key from scope.link_seat
),
part as (
    select link_scenario.scenario, 1 as sign, link_base_point.*
    from scope.link_base_point
    cross join scope.link_scenario
    union all by name
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
),
spread as (
    select part.* exclude (race_group), grouped.race_group
    from part
    cross join unnest([part.race_group, 'ALL']) as grouped (race_group)
)
select
    scenario,
    point_id,
    domain,
    race_group,
    sum(sign * n)::bigint as base_events,
    sum(case when n > 0 then sign else 0 end)::bigint as base_people,
    sum(sign * x)::bigint as events,
    sum(case when x > 0 then sign else 0 end)::bigint as people,
    sum(sign * x * x)::bigint as squares,
    sum(sign * x * n)::bigint as products,
    sum(sign * n * n)::bigint as base_squares,
    sum(case when x > 0 and hispanic_unknown then sign else 0 end)::bigint as ethnicity_unknown_people
from spread
group by scenario, point_id, domain, race_group
order by all
