-- Which record is each staged row, whose, and part of which other? The formulas are those of contracts.keys.
with named as (
    select
        staged.*,
        left(sha256(concat_ws(chr(31), 'record', $source, $record_type, source_record_id)), 32) as record_id,
        case when source_parent_id is not null and $parent_type::varchar is not null
            then left(sha256(concat_ws(chr(31), 'record', $source, $parent_type, source_parent_id)), 32) end as parent_record_id,
        case when reference_key is not null and $reference_source::varchar is not null
            then left(sha256(concat_ws(chr(31), 'record', $reference_source, $reference_type, reference_key)), 32) end as reference_record_id,
        coalesce(person_role, $default_role::varchar) as role
    from temp.staged as staged
)
select
    named.*,
    case
        when $subject_from in ('own_id', 'person_id') and source_person_id is not null
            then left(sha256(concat_ws(chr(31), 'subject', $system, source_person_id)), 32)
        when $subject_from = 'own_id' then record_id
    end as subject_id
from named
