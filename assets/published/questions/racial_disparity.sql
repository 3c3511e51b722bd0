-- Where do decisions fall unevenly by race: how many people and events of each group at each decision point, at which rate and ratio?
-- A base that is an earlier point's people is that point's row; a population base is public and nobody's.
-- Bounds are given outwards in whole steps, so that they do not tell how many people are withheld.
with named as (
    select *, point_id || coalesce(' in ' || domain, '') as point, base_point || coalesce(' in ' || domain, '') as earlier_point
    from measured.racial_disparity
),
-- Two points that count the same people in every group show one thing under two names.
counted as (
    select point, domain, intercept, string_agg(race_group || ' ' || people, ',' order by race_group) as counts
    from named
    where base_kind = 'population' and people is not null
    group by all
),
same as (
    select point, min(point) over (partition by domain, intercept, counts) as same_point from counted
)
select
    point,
    point_name,
    intercept,
    race_group,
    people,
    events,
    earlier_point,
    case when base_kind = 'previous_point' then base_people end as base_people,
    base_kind,
    base,
    rate_per,
    round(rate, 2) as rate,
    round(rate_lower, 2) as rate_lower,
    round(rate_upper, 2) as rate_upper,
    rate_method,
    reference_group,
    round(rate_ratio, 3) as rate_ratio,
    round(ratio_lower, 3) as ratio_lower,
    round(ratio_upper, 3) as ratio_upper,
    ratio_method,
    round(ratio_resampled_lower, 3) as ratio_resampled_lower,
    round(ratio_resampled_upper, 3) as ratio_resampled_upper,
    round(design_effect, 1) as design_effect,
    round(p_adjusted, 4) as p_adjusted,
    is_significant as differs,
    round(rate_difference, 2) as rate_difference,
    round(difference_lower, 2) as difference_lower,
    round(difference_upper, 2) as difference_upper,
    round(excess_events, 1) as excess_events,
    floor(rate_if_none_connected) as rate_if_none_connected,
    ceil(rate_if_all_connected) as rate_if_all_connected,
    race_rule,
    category_system,
    benchmark_source,
    benchmark_year,
    period_start::date as period_start,
    period_end::date as period_end,
    decided_by,
    discretion,
    policy_ref,
    reason,
    nullif(same.same_point, point) as same_point,
    largest,
    second_largest
from named
left join same using (point)
