-- Which earlier nights of each source are usual ones: not the first, which brings the backlog, not exempt, not too long ago?
with ranked as (
    select source, night, row_number() over (partition by source order by night desc) as back
    from (select distinct source, night from checked.disposition where night < $night)
    where (source, night) not in (select source, night from temp.quality_exempt)
        and (source, night) not in (select source, min(night) from checked.disposition group by source)
)
select source, night
from ranked
where back <= $nights
