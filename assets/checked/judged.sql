-- Where does each sound row go: is it news of its record, what is held already, a repetition, or overtaken?
with ranked as (
    select
        part_order,
        row_position,
        record_id,
        version,
        is_deleted,
        source_updated_at,
        row_number() over newest_first as place,
        first_value(version) over newest_first as newest_version,
        first_value(is_deleted) over newest_first as newest_is_deleted
    from temp.keyed
    window newest_first as (
        partition by record_id order by source_updated_at desc nulls last, part_order desc, row_position desc
    )
)
select
    ranked.part_order,
    ranked.row_position,
    ranked.record_id,
    ranked.is_deleted,
    case
        when place > 1 and ranked.version = newest_version and ranked.is_deleted = newest_is_deleted then 'duplicate'
        when place > 1 then 'superseded'
        when held.record_id is null then case when ranked.is_deleted then 'unchanged' else 'admitted' end
        when not ranked.is_deleted and held.version = ranked.version then 'unchanged'
        when ranked.source_updated_at < held.source_updated_at then 'superseded'
        else 'admitted'
    end as disposition
from ranked
left join temp.held as held on held.record_id = ranked.record_id
