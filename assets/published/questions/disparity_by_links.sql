-- Would surer links only, or uncertain links drawn by their probability, change what is said of a group at a decision point?
-- people and base_people are those of racial_disparity, by tonight's links. What other links count stays with the integrator, and ratios are
-- rounded: beside tonight's counts they would tell how few people a link moves.
with asked as (
    select 'links of ' || printf('%g', threshold) || ' bits or more' as links, * exclude (threshold)
    from measured.link_threshold_sensitivity
    where not is_stored
    union all by name
    select 'uncertain links drawn ' || imputations || ' times' as links, * exclude (imputations)
    from measured.link_imputation
)
select
    asked.links,
    asked.figure_id || coalesce(' in ' || asked.domain, '') as point,
    asked.race_group,
    asked.reference_group,
    stated.people,
    stated.events,
    stated.largest,
    stated.second_largest,
    case when stated.base_kind = 'previous_point' then stated.base_people end as base_people,
    round(asked.rate_ratio, if(asked.rate_ratio < 1, 2, 1)) as rate_ratio,
    round(asked.ratio_lower, if(asked.ratio_lower < 1, 2, 1)) as ratio_lower,
    round(asked.ratio_upper, if(asked.ratio_upper < 1, 2, 1)) as ratio_upper,
    round(100 * asked.missing_information) as percent_information_missing,
    asked.stated_is_significant as differs_tonight,
    asked.is_significant as differs_by_these_links,
    asked.sign_changes,
    asked.significance_changes,
    asked.conclusion_changes,
    asked.reason
from asked
join measured.racial_disparity as stated
    on stated.point_id = asked.figure_id and stated.domain = asked.domain and stated.race_group = asked.race_group
where asked.figure_kind = 'disparity'
