-- By which of its own identifiers does each agency know its subjects and their records?
-- Identifiers: they reach a product only of the agency that gave them, and only as its rows' own ids.
with record as (
    select record_id, subject_id from checked.jail_booking where person_role = 'subject'
    union all
    select record_id, subject_id from checked.co_responder_encounter where person_role = 'subject'
    union all
    select record_id, subject_id from checked.health_encounter where person_role = 'subject'
)
select
    subject_id,
    null::varchar as record_id,
    system,
    source,
    'person' as key,
    source_person_id as own_id,
    coalesce(is_key_reuse, true) as is_reused
from checked.subject
where source_person_id is not null and person_role = 'subject'
union all
select
    record.subject_id,
    record.record_id,
    source_record.system,
    source_record.source,
    'record' as key,
    source_record.source_record_id as own_id,
    coalesce(subject.is_key_reuse, true) as is_reused
from record
join checked.source_record as source_record on source_record.record_id = record.record_id
left join checked.subject as subject on subject.subject_id = record.subject_id
order by all
