-- Under which blocking rules do the two subjects meet, by how many keys each, and how many subjects hold the rarest of these keys?
with shared as (
    select own.key
    from linked.block_key as own
    join linked.block_key as other on other.domain = own.domain and other.key = own.key and other.known_to is null
    where own.domain = $domain and own.known_to is null and own.node = md5_number_lower($a) and other.node = md5_number_lower($b)
),
sized as (
    select held.key, count(*) as subjects
    from linked.block_key as held
    semi join shared on shared.key = held.key
    where held.domain = $domain and held.known_to is null
    group by held.key
)
select (key % 16)::integer as rule, count(*) as keys, min(subjects) as subjects
from sized
group by rule
order by rule
