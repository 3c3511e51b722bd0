-- Which pairs share a key, with at least one subject whose pairs must be compared again?
-- In a block over the cap only pairs with an anchor count, so that its pairs grow with its size and not with its square.
with live as (
    select subject_id, key from linked.block_key where domain = $domain and known_to is null
),
own as (
    select live.subject_id, live.key from live semi join temp.linked_rescored as rescored on rescored.subject_id = live.subject_id
),
block as (
    select live.key, count(*) as subjects, min(live.subject_id, $anchors::bigint) as anchors
    from live
    semi join own on own.key = live.key
    group by live.key
    having count(*) > 1
)
select distinct least(own.subject_id, live.subject_id) as subject_a, greatest(own.subject_id, live.subject_id) as subject_b
from own
join block on block.key = own.key
join live on live.key = own.key and live.subject_id <> own.subject_id
where block.subjects <= $cap
   or list_contains(block.anchors, own.subject_id)
   or list_contains(block.anchors, live.subject_id)
