-- Which columns of the source changed tonight, and what was done about it?
select
    night, source, feed, kind as drift, column_name, column_position, column_hash, similarity, action
from registers.main.schema_drift
where night = $night and source = $source
