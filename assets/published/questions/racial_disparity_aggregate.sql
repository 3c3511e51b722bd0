-- Where do decisions about young people, families, pupils and drivers fall unevenly by race, by the totals that others deliver?
-- The last period that each point was delivered for. base_events are an earlier point's or the deliverer's own; a population is public.
with named as (
    select *, case when base_kind = 'previous_point' then base end as base_events
    from measured.racial_disparity_aggregate
    qualify period_end is not distinct from max(period_end) over (partition by point_id)
)
select
    point_id as point,
    race_group,
    point_name,
    field,
    events,
    base_events,
    base_kind,
    base,
    rate_per,
    round(rate, 2) as rate,
    round(rate_lower, 2) as rate_lower,
    round(rate_upper, 2) as rate_upper,
    reference_group,
    round(rate_ratio, 2) as rate_ratio,
    round(ratio_lower, 2) as ratio_lower,
    round(ratio_upper, 2) as ratio_upper,
    round(p_adjusted, 4) as p_adjusted,
    is_significant as differs,
    round(excess_events, 1) as excess_events,
    category_system,
    period_start,
    period_end,
    benchmark_source,
    benchmark_year,
    decided_by,
    policy_ref,
    reason,
    base_point as earlier_point
from named
