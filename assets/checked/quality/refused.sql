-- What share of each feed's rows broke a rule tonight?
select
    source, feed, record_type, 'refused' as metric, '' as dimension, refused / nullif(rows_read, 0) as value, rows_read as rows
from checked.disposition
where night = $night
