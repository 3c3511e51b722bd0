-- Who uses a phone or address that may have become shared tonight or stopped being so, and under which initials?
-- Values first, by the number of their row: ids and names are read of the few rows that are left.
with used as materialized (
    select value.*
    from (
        select rowid as number, 'phone' as kind, unnest(phones) as value
        from linked.standardised
        where domain = $domain and known_to is null
        union all
        select rowid, 'address', unnest(addresses) from linked.standardised where domain = $domain and known_to is null
    ) as value
    semi join temp.linked_moved_value as moved on moved.kind = value.kind and moved.value = value.value
)
select
    standardised.subject_id,
    used.kind,
    used.value,
    left(standardised.first_name, 1) || left(standardised.last_name, 1) as initials
from used
join linked.standardised as standardised on standardised.rowid = used.number
