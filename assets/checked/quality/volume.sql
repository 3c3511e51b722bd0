-- How many rows did each feed deliver tonight?
select
    source, feed, record_type, 'volume' as metric, '' as dimension, rows_read::double as value, rows_read as rows
from checked.disposition
where night = $night
