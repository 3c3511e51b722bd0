-- Which conclusions about race would another rule for race change?
-- Only lines that may be shown; a conclusion changes where the ratio passes to the other side of 1 or differs from 1 by one of the rules only.
select point, race_group, reference_group, rule, differs_by_own_rule, differs_by_this_rule, sign_changes, significance_changes
from racial_disparity_sensitivity
where conclusion_changes
order by point, race_group, rule
