-- Which conclusions about race rest on uncertain links?
-- Only lines that may be shown. A conclusion changes where the ratio passes to the other side of 1 by surer links or by drawn ones, or differs
-- from 1 by one of them only. That none is listed says nothing of links that no pair of records explains.
select
    'decision point' as about,
    point as name,
    race_group,
    reference_group,
    links,
    differs_tonight,
    differs_by_these_links,
    sign_changes,
    significance_changes
from disparity_by_links
where conclusion_changes
union all
select
    'frequent contact' as about,
    definition as name,
    race_group,
    reference_group,
    links,
    differs_tonight,
    differs_by_these_links,
    sign_changes,
    significance_changes
from frequent_contact_by_links
where conclusion_changes
order by about, name, race_group, links
