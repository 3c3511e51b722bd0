-- Which subject, and which of its records, does this name mean?
-- A name is SOURCE:PERSON, SOURCE/RECORD_TYPE:RECORD, or one of the integrator's own ids.
select subject_id, system, null::varchar as record_id, null::varchar as record_type
from checked.subject
where (source = $source and $record_type = '' and source_person_id = $key) or subject_id = $key
union
select content.subject_id, source_record.system, content.record_id, content.record_type
from checked.source_record
join temp.named_content as content using (record_id)
where (
        (source_record.source = $source and source_record.record_type = $record_type and source_record.source_record_id = $key)
        or source_record.record_id = $key
    )
    and content.subject_id is not null
order by all
