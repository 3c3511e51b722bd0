-- Would another rule for race, where systems contradict each other, change what is said of a group at a decision point?
-- people and base_people are those of racial_disparity, under the county's own rule. What the other rules count stays with the integrator:
-- beside the county's own counts it would tell how few people a rule moves.
select
    asked.rule,
    asked.point_id || coalesce(' in ' || asked.domain, '') as point,
    asked.race_group,
    asked.reference_group,
    stated.people,
    case when stated.base_kind = 'previous_point' then stated.base_people end as base_people,
    asked.stated_is_significant as differs_by_own_rule,
    asked.is_significant as differs_by_this_rule,
    asked.sign_changes,
    asked.significance_changes,
    asked.conclusion_changes,
    asked.reason
from measured.racial_disparity_sensitivity as asked
join measured.racial_disparity as stated
    on stated.point_id = asked.point_id and stated.domain = asked.domain and stated.race_group = asked.race_group
where asked.rule <> 'county'
