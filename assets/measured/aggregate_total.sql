-- Which totals have been delivered of the decision points of other fields, for periods that have ended?
-- A total by region, sex or age is a part of the one above it: of each source's counts only those cut least are summed, never both.
with known as (
    select
        *,
        dense_rank() over (
            partition by source, field, decision_point, period_start, period_end, race_group
            order by
                (region is not null)::integer + (sex is not null)::integer + (age_band is not null)::integer,
                region is not null,
                age_band is not null
        ) as cut
    from scope.aggregate_count
    where period_end <= $as_of::date and stratum is null
)
select
    field,
    decision_point,
    period_start,
    period_end,
    coalesce(race_group, 'UNKNOWN') as race_group,
    sum(count)::bigint as count,
    min(category_system) as category_system
from known
where cut = 1
group by field, decision_point, period_start, period_end, coalesce(race_group, 'UNKNOWN')
order by all
