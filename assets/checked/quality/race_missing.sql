-- What share of the rows learned tonight about a person names no race and no Hispanic origin?
select
    source, null::varchar as feed, record_type, 'race_missing' as metric, '' as dimension,
    avg(case when is_known then 0 else 1 end) as value, count(*) as rows
from temp.quality_race
where known_from = $night
group by source, record_type
