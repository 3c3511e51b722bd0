-- In what share of the rows learned tonight is each field filled?
select
    source, null::varchar as feed, record_type, 'fill' as metric, field as dimension, filled / nullif(rows, 0) as value, rows
from temp.quality_filled
