-- Where did the rows of one record type of a source go tonight, and do the sums hold?
with read as (
    select
        coalesce(sum(rows_read), 0)::bigint as rows_read,
        coalesce(sum(admitted), 0)::bigint as admitted,
        coalesce(sum(unchanged), 0)::bigint as unchanged,
        coalesce(sum(duplicate), 0)::bigint as duplicate,
        coalesce(sum(superseded), 0)::bigint as superseded,
        coalesce(sum(refused), 0)::bigint as refused
    from checked.disposition
    where night = $night and source = $source and record_type = $record_type
)
select
    $night::date as night,
    $source::varchar as source,
    $record_type::varchar as record_type,
    read.*,
    $known_before::bigint as known_before,
    $begun::bigint as begun,
    $ended::bigint as ended,
    $known_after::bigint as known_after,
    rows_read = admitted + unchanged + duplicate + superseded + refused
        and $known_after::bigint = $known_before::bigint + $begun::bigint - $ended::bigint
        and $begun::bigint <= admitted as is_conserved
from read
