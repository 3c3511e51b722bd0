-- Which rows of a delivery are about a record or a person that was erased, or only name one, and by which of the vendor's numbers?
select
    keyed.row_position,
    coalesce(record.id, parent.id, subject.id) is null as only_names,
    keyed.source_record_id,
    case when subject.id is not null then keyed.source_person_id end as source_person_id
from temp.keyed as keyed
left join temp.erased_id as record on record.kind = 'record' and record.id = keyed.record_id
left join temp.erased_id as parent on parent.kind = 'record' and parent.id = keyed.parent_record_id
left join temp.erased_id as named on named.kind = 'record' and named.id = keyed.reference_record_id
left join temp.erased_id as subject on subject.kind = 'subject' and subject.id = keyed.subject_id
where coalesce(record.id, parent.id, named.id, subject.id) is not null
order by keyed.row_position
