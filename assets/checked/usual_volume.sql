-- How does the number of rows that each feed delivered tonight compare with its usual night?
-- The first night is left out of the usual: it brings the backlog. Three nights make a usual one.
with earlier as (
    select source, feed, median(rows_read) as usual_rows, count(*) as nights
    from checked.disposition
    where night < $night
      and night > (select min(night) from checked.disposition)
    group by source, feed
)
select
    tonight.source,
    tonight.feed,
    tonight.rows_read,
    case when earlier.nights >= 3 and earlier.usual_rows > 0 then tonight.rows_read / earlier.usual_rows end as ratio_to_usual,
    tonight.refused / nullif(tonight.rows_read, 0) as refused_share
from checked.disposition as tonight
left join earlier using (source, feed)
where tonight.night = $night
order by tonight.source, tonight.feed
