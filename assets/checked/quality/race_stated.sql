-- What did each record about a person state of race: named, refused, or nothing; by whom, in which category system?
select
    seen.source, seen.record_type, seen.record_id, seen.known_from, seen.known_to, coded.category_system, coded.method,
    len(list_filter(coalesce(coded.race, []), lambda code: code not in ('UNKNOWN', 'REFUSED'))) > 0
        or coalesce(coded.ethnicity = 'HISPANIC', false) as is_known,
    coalesce(coded.ethnicity, 'UNKNOWN') <> 'UNKNOWN' as is_ethnicity_known,
    list_contains(coalesce(coded.race, []), 'REFUSED') as is_refused
from checked.observation_versions as seen
left join checked.race_code_versions as coded on coded.record_id = seen.record_id and coded.known_from = seen.known_from
where seen.evidence = 'primary' and list_contains(getvariable('quality_race_types'), seen.record_type)
