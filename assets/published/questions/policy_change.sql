-- Did the gap between race groups change when a policy did, before against after? Change, not effect.
-- How often it happened in either period stays with the integrator: beside racial_disparity it would tell of small groups.
select
    policy_id || coalesce(' in ' || domain, '') as policy,
    race_group,
    policy_name,
    policy_source,
    point_id as point,
    changed_at::date as changed_on,
    before_start::date as before_start,
    after_end::date as after_end,
    is_complete,
    reference_group,
    people,
    round(change_ratio, 2) as change_ratio,
    round(ratio_of_ratios, 2) as ratio_of_ratios,
    round(ratio_lower, 2) as ratio_lower,
    round(ratio_upper, 2) as ratio_upper,
    round(p_adjusted, 4) as p_adjusted,
    is_significant as differs,
    reason
from measured.policy_change
