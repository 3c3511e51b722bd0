-- What was measured of a source on its newest nights?
select night, coalesce(feed, record_type, '') as about, metric, dimension, value, baseline, compared, low, high, rows, verdict
from checked.quality_metric
where source = $source
    and night in (select distinct night from checked.disposition where source = $source order by night desc limit $nights)
order by night, metric, about, dimension
