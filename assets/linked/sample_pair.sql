-- Which pairs could be one person or are held to be: compared by the night, together tonight, or near misses under a wider key?
with candidate as (
    select distinct least(own.node, other.node) as node_a, greatest(own.node, other.node) as node_b
    from temp.sample_key as own
    join temp.sample_key as other on other.key = own.key and own.node < other.node
    semi join (select key from temp.sample_key group by key having count(*) <= $cap) as small on small.key = own.key
),
near as (
    select distinct least(own.node, other.node) as node_a, greatest(own.node, other.node) as node_b
    from temp.sample_near_key as own
    join temp.sample_near_key as other on other.key = own.key and own.node < other.node
    semi join (select key from temp.sample_near_key group by key having count(*) <= $near_cap) as small on small.key = own.key
),
met as (
    select a.subject_id as one, b.subject_id as other, found.is_candidate
    from (select *, true as is_candidate from candidate union all select *, false from near) as found
    join temp.sample_subject as a on a.node = found.node_a
    join temp.sample_subject as b on b.node = found.node_b
    union all
    select subject_a, subject_b, true from linked.edge where domain = $domain and known_to is null
    union all
    select a.subject_id, b.subject_id, false
    from temp.sample_subject as a
    join temp.sample_subject as b on b.person_key = a.person_key and a.subject_id < b.subject_id
)
select least(one, other) as subject_a, greatest(one, other) as subject_b, bool_or(is_candidate) as is_candidate
from met
group by subject_a, subject_b
