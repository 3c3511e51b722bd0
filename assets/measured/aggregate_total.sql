-- Which totals have been delivered of the decision points of other fields, for periods that have ended?
-- A total by sex, age or stratum is a part of another; only totals by race alone are summed, or all parts where nobody gave such a total.
with known as (
    select * from scope.aggregate_count where period_end <= $as_of::date and stratum is null
),
whole as (
    select *, sex is null and age_band is null as is_whole from known
)
select
    field,
    decision_point,
    period_start,
    period_end,
    coalesce(race_group, 'UNKNOWN') as race_group,
    coalesce(
        sum(count) filter (where is_whole),
        sum(count) filter (where sex is not null and age_band is not null),
        sum(count) filter (where sex is not null),
        sum(count)
    )::bigint as count,
    min(category_system) as category_system
from whole
group by field, decision_point, period_start, period_end, coalesce(race_group, 'UNKNOWN')
order by all
