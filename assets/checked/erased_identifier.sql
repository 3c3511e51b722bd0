-- By which numbers of their own systems are the erased records and the erased people known?
select source_record.source_record_id as identifier
from checked.source_record as source_record
where list_contains($records, source_record.record_id)
union
select subject.source_person_id
from checked.subject as subject
where list_contains($subjects, subject.subject_id) and subject.source_person_id is not null
