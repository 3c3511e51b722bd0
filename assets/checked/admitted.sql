-- Whom is each admitted row about, once reused person ids are told apart?
select
    fresh.* exclude (subject_id),
    case when reused.kind = 'reused' then fresh.record_id else fresh.subject_id end as subject_id,
    reused.kind as key_reuse
from temp.fresh as fresh
left join temp.reused as reused on reused.record_id = fresh.record_id
