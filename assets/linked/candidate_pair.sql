-- Which pairs share a key that is not over the cap, with at least one subject whose pairs must be compared again?
with live as (
    select subject_id, key from linked.block_key where domain = $domain and known_to is null
),
own as (
    select live.subject_id, live.key from live semi join temp.linked_rescored as rescored on rescored.subject_id = live.subject_id
),
usable as (
    select live.key
    from live
    semi join own on own.key = live.key
    group by live.key
    having count(*) between 2 and $cap
)
select distinct least(own.subject_id, live.subject_id) as subject_a, greatest(own.subject_id, live.subject_id) as subject_b
from own
semi join usable on usable.key = own.key
join live on live.key = own.key and live.subject_id <> own.subject_id
