-- Who meets a definition this month that did not a month before, who no longer does, and who stayed? Change, not effect.
select
    definition_id || coalesce(' in ' || domain, '') as definition,
    months_back,
    moment::date as moment,
    moment_before::date as moment_before,
    eligible,
    eligible_before,
    stayed,
    entered,
    gone,
    round(100 * share_stayed, 1) as percent_stayed,
    change_of_eligible,
    months_back + 1 as month_before,
    case when months_back = 0 then definition_id || coalesce(' in ' || domain, '') end as tonight,
    'ALL' as everybody
from measured.frequent_utilizer_stability
