-- Which ways through the systems do episodes take most often?
-- Ways that fewer people took than any table may show are not listed: their very names would tell of somebody.
select
    way || coalesce(' in ' || domain, '') as way,
    steps,
    people,
    episodes,
    round(median_days, 1) as median_days,
    period_start::date as period_start,
    period_end::date as period_end,
    largest,
    second_largest
from measured.pathway
where people >= $least
