-- Do a definition and its list reach race groups at different rates: who is eligible of those it can find, who is listed of the eligible?
-- people, eligible and listed are those of frequent_utilizers.
with step as (
    select definition_id, domain, race_group, reference_group, step, share, share_lower, share_upper, share_ratio, ratio_lower, ratio_upper,
        p_adjusted, is_significant, reason
    from measured.frequent_utilizer_equity
)
select
    summary.definition_id || coalesce(' in ' || summary.domain, '') as definition,
    summary.race_group,
    summary.definition_version,
    eligible.reference_group,
    summary.people,
    summary.eligible,
    summary.listed,
    round(100 * eligible.share, 1) as percent_eligible,
    round(100 * eligible.share_lower, 1) as percent_eligible_lower,
    round(100 * eligible.share_upper, 1) as percent_eligible_upper,
    round(eligible.share_ratio, 2) as eligible_ratio,
    round(eligible.ratio_lower, 2) as eligible_ratio_lower,
    round(eligible.ratio_upper, 2) as eligible_ratio_upper,
    round(eligible.p_adjusted, 4) as eligible_p_adjusted,
    eligible.is_significant as eligible_differs,
    round(100 * listed.share, 1) as percent_listed,
    round(listed.share_ratio, 2) as listed_ratio,
    round(listed.ratio_lower, 2) as listed_ratio_lower,
    round(listed.ratio_upper, 2) as listed_ratio_upper,
    round(listed.p_adjusted, 4) as listed_p_adjusted,
    listed.is_significant as listed_differs,
    coalesce(summary.reason, eligible.reason) as reason,
    listed.reason as reason_listed
from measured.frequent_utilizer_summary as summary
left join step as eligible
    on eligible.definition_id = summary.definition_id and eligible.domain = summary.domain and eligible.race_group = summary.race_group
    and eligible.step = 'eligible'
left join step as listed
    on listed.definition_id = summary.definition_id and listed.domain = summary.domain and listed.race_group = summary.race_group
    and listed.step = 'listed'
