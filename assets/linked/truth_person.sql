-- Of every true person with a full birth date somewhere: how many pairs of records belong together and how many were found, of all records and
-- of those that give any name?
with cell as (
    select domain, person, person_key, race_group, count(*) as n, count(*) filter (where is_named) as named
    from temp.linked_truth
    where has_birth_date
    group by all
)
select
    race_group,
    sum(n) * (sum(n) - 1) / 2 as true_pairs,
    sum(n * (n - 1) / 2) as right_pairs,
    sum(named) * (sum(named) - 1) / 2 as true_named_pairs,
    sum(named * (named - 1) / 2) as right_named_pairs
from cell
group by domain, person, race_group
order by race_group, true_pairs, right_pairs, true_named_pairs, right_named_pairs
