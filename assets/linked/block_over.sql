-- Which keys that tonight's moved subjects hold now or will hold stand over the cap, and who are their anchors?
with moved_key as (
    select key from temp.linked_block_key
    union
    select live.key
    from linked.block_key as live
    semi join temp.linked_moved as moved on moved.node = live.node
    where live.domain = $domain and live.known_to is null
),
held as (
    select live.key, live.node
    from linked.block_key as live
    semi join moved_key on moved_key.key = live.key
    where live.domain = $domain and live.known_to is null
),
over_cap as (
    select key from held group by key having count(*) > $cap
)
select held.key, min(held.node, $anchors::bigint) as anchors
from held
semi join over_cap on over_cap.key = held.key
group by held.key
