-- Of every true person: how many pairs were found, leaving out those whose records meet under none but the given blocking rules?
with truth as (
    select *, md5_number_lower(subject_id) as node from temp.linked_truth where has_birth_date
),
index as (
    select domain, node, key, list_contains($rules, (key % 16)::integer) as is_of_these from linked.block_key where known_to is null
),
met as (
    select a.domain, a.subject_id as one, b.subject_id as other, bool_and(own.is_of_these) as is_only_under
    from truth as a
    join truth as b on b.domain = a.domain and b.person = a.person and b.person_key = a.person_key and a.subject_id < b.subject_id
    join index as own on own.domain = a.domain and own.node = a.node
    join index as theirs on theirs.domain = b.domain and theirs.node = b.node and theirs.key = own.key
    group by all
),
lost as (
    select truth.domain, truth.person, count(*) as pairs
    from met
    join truth on truth.domain = met.domain and truth.subject_id = met.one
    where met.is_only_under
    group by all
),
cell as (
    select domain, person, person_key, race_group, count(*) as n, count(*) filter (where is_named) as named from truth group by all
),
found as (
    select
        domain,
        person,
        race_group,
        sum(n) * (sum(n) - 1) / 2 as true_pairs,
        sum(n * (n - 1) / 2) as right_pairs,
        sum(named) * (sum(named) - 1) / 2 as true_named_pairs,
        sum(named * (named - 1) / 2) as right_named_pairs
    from cell
    group by all
)
select
    found.race_group,
    found.true_pairs,
    found.right_pairs - coalesce(lost.pairs, 0) as right_pairs,
    found.true_named_pairs,
    found.right_named_pairs
from found
left join lost on lost.domain = found.domain and lost.person = found.person
order by race_group, true_pairs, right_pairs, true_named_pairs, right_named_pairs
