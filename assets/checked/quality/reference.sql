-- What share of the rows learned tonight names a record that nobody has delivered?
select
    source, null::varchar as feed, record_type, 'reference' as metric, names as dimension, lost / nullif(rows, 0) as value, rows
from temp.quality_reference
