-- Which figures of a night are judged, each as it is set against its band?
select
    source, coalesce(feed, record_type, '') as about, dimension, metric,
    case when verdict in ('usual', 'unusual') then compared end as compared, low, high
from checked.quality_metric
where night = $night
order by source, about, dimension, metric
