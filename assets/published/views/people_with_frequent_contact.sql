-- How many people have frequent contact, by each definition, whose definition it is, and does its list reach groups alike?
-- Counts contacts that agencies wrote down, not what people did or needed. No list is ordered by cost.
-- percent_of_eligible beside percent_of_people: is the group a larger part of those who meet it than of those it can find?
select
    found.definition,
    found.definition_name,
    found.definition_source,
    found.race_group,
    found.people,
    found.eligible,
    found.listed,
    found.list_size,
    found.percent_of_people,
    found.percent_of_eligible,
    equity.percent_eligible as percent_eligible_of_group,
    equity.eligible_ratio,
    equity.eligible_ratio_lower,
    equity.eligible_ratio_upper,
    equity.percent_listed as percent_listed_of_eligible,
    equity.listed_ratio,
    found.window_start,
    found.window_end,
    found.reaches_before_records,
    found.reason
from frequent_utilizers as found
left join frequent_utilizer_equity as equity on equity.definition = found.definition and equity.race_group = found.race_group
order by found.definition, found.race_group
