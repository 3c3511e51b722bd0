-- What does each record tonight assert about race and ethnicity, in one set of words?
-- In a combined question that was answered with a race, Hispanic was offered and not chosen; in a single mixed code it was not asked.
select
    coded.subject_id,
    coded.record_id,
    coded.system,
    coded.source,
    coded.race_raw as raw_code,
    list_sort(list_distinct(list_filter(
        coalesce(coded.race, []), lambda code: code in ('AIAN', 'ASIAN', 'BLACK', 'MENA', 'NHPI', 'WHITE', 'OTHER', 'MULTIPLE')
    ))) as races,
    case
        when coded.ethnicity = 'HISPANIC' or list_contains(coalesce(coded.race, []), 'HISPANIC') then true
        when coded.ethnicity = 'NOT_HISPANIC' then false
        when coded.category_system in ('combined', 'omb2024_combined')
            and list_has_any(coalesce(coded.race, []), ['AIAN', 'ASIAN', 'BLACK', 'MENA', 'NHPI', 'WHITE', 'OTHER', 'MULTIPLE']) then false
    end as hispanic,
    coded.category_system,
    coded.method,
    coalesce(coded.asserted_on, event.received_at::date, coded.known_from) as asserted_on
from checked.race_code_versions as coded
left join checked.cad_event_versions as event on event.record_id = coded.parent_record_id and event.known_to is null
where coded.known_to is null and coded.subject_id is not null
