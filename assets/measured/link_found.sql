-- How many people of each race group would meet each definition under each scenario of links, of how many it could find?
-- Thresholds that are a percentile or a place are kept as they stand tonight, so that only the links differ.
with affected as (
    select distinct scenario, domain, person_key from scope.link_seat
),
part as (
    select link_scenario.scenario, definition_id, domain, race_group, people, eligible
    from scope.link_base_total
    cross join scope.link_scenario
    union all by name
    select affected.scenario, definition_id, domain, race_group, -count(*) as people, -count(*) filter (where qualifies) as eligible
    from scope.link_base_found
    join affected using (domain, person_key)
    group by all
    union all by name
    select
        split_part(definition_person.domain, '#', 2) as scenario,
        definition.rule_id as definition_id,
        split_part(definition_person.domain, '#', 1) as domain,
        definition_person.race_group,
        count(*) as people,
        count(*) filter (where draft.qualifies) as eligible
    from scope.definition_person
    join scope.definition on definition.definition_id = definition_person.definition_id
    left join scope.frequent_utilizer_draft as draft
        on draft.definition_id = definition.rule_id
        and draft.domain = definition_person.domain
        and draft.person_key = definition_person.person_key
    group by all
)
select
    part.scenario,
    part.definition_id,
    part.domain,
    grouped.race_group,
    sum(part.people)::bigint as people,
    sum(part.eligible)::bigint as eligible
from part
cross join unnest([part.race_group, 'ALL']) as grouped (race_group)
group by part.scenario, part.definition_id, part.domain, grouped.race_group
order by all
