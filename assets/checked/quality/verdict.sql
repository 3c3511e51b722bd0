-- How does each figure of the night stand to its baseline (the median of the usual nights before) and its band?
with usual as (
    select source, feed, record_type, metric, dimension, median(value) as baseline, count(value) as nights
    from checked.quality_metric
    inner join temp.quality_usual_night using (source, night)
    group by source, feed, record_type, metric, dimension
),
compared as (
    select
        found.*,
        band.low, band.high, band.fewest_rows, band.compared as how,
        case when usual.nights >= $fewest_nights then usual.baseline end as baseline,
        (found.source, $night::date) in (select source, night from temp.quality_exempt) as is_exempt
    from temp.quality_found as found
    inner join temp.quality_band as band using (source, metric)
    left join usual
        on usual.source = found.source
        and usual.metric = found.metric
        and usual.dimension = found.dimension
        and usual.feed is not distinct from found.feed
        and usual.record_type is not distinct from found.record_type
),
figured as (
    select
        *,
        case how when 'ratio' then value / nullif(baseline, 0) when 'difference' then value - baseline else value end as compared
    from compared
)
select
    $night::date as night, source, feed, record_type, metric, dimension, value, baseline, compared, low, high, rows,
    case
        when is_exempt then 'exempt'
        when rows < fewest_rows then 'too_few'
        when compared is null then 'no_baseline'
        when compared between low and high then 'usual'
        else 'unusual'
    end as verdict
from figured
where value is not null
order by source, metric, record_type, feed, dimension
