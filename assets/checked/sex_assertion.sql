-- What does each record tonight assert about sex or gender, in the source's code and in ours?
select
    coded.subject_id,
    coded.record_id,
    coded.system,
    coded.source,
    coded.sex_raw as raw_code,
    coded.sex,
    coded.question,
    coded.method,
    coalesce(coded.asserted_on, event.received_at::date, coded.known_from) as asserted_on
from checked.sex_code_versions as coded
left join checked.cad_event_versions as event on event.record_id = coded.parent_record_id and event.known_to is null
where coded.known_to is null and coded.subject_id is not null
