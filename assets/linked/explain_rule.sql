-- Under which blocking rules do two subjects meet, by how many keys each, and how many subjects hold the rarest of these keys?
-- The keys of the two are made anew from their features; a key's last four bits name its rule.
with sized as (
    select held.key, count(*) as subjects
    from linked.block_key as held
    semi join temp.linked_shared_key as shared on shared.key = held.key
    where held.domain = $domain and held.known_to is null
    group by held.key
)
select (key % 16)::integer as rule, count(*) as keys, min(subjects) as subjects
from sized
group by rule
order by rule
