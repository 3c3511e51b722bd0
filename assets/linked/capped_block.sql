-- How many keys of each rule are over the cap tonight, and how many subjects do they hold?
with block as (
    select key, count(*) as subjects
    from linked.block_key
    where domain = $domain and known_to is null
    group by key
    having count(*) > $cap
)
select key % 16 as rule, count(*) as keys, sum(subjects) as subjects
from block
group by rule
order by rule
