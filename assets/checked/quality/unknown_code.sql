-- What share of each feed's rows held a code that the county's text does not list tonight, by vendor column?
select
    disposition.source, disposition.feed, disposition.record_type, 'unknown_code' as metric, refusal.column_name as dimension,
    refusal.faults / nullif(disposition.rows_read, 0) as value, disposition.rows_read as rows
from checked.quality_refusal as refusal
inner join checked.disposition as disposition using (night, source, feed)
where disposition.night = $night and refusal.rule = 'unknown_code'
