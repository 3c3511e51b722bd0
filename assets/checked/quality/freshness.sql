-- How many days before the night is the newest event that each source delivered?
select
    source, null::varchar as feed, null::varchar as record_type, 'freshness' as metric, '' as dimension,
    date_diff('day', max(newest), $night::date)::double as value, sum(rows) as rows
from temp.quality_newest
group by source
