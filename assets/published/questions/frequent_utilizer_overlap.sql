-- Whom does one definition of frequent contact find that another does not?
select
    definition_a || coalesce(' in ' || domain, '') as definition_a,
    definition_b || coalesce(' in ' || domain, '') as definition_b,
    eligible_a,
    eligible_b,
    eligible_by_both,
    eligible_only_a,
    eligible_only_b,
    round(100 * share_of_either, 1) as percent_of_either,
    'ALL' as everybody
from measured.frequent_utilizer_overlap
