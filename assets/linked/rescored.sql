-- Whose pairs must be compared again tonight: subjects that changed, and members of blocks that crossed the cap or, above it, changed anchors?
with crossed as (
    select coalesce(before.key, after.key) as key
    from temp.linked_over_before as before
    full join temp.linked_over_after as after on after.key = before.key
    where before.anchors is distinct from after.anchors
),
crowd as (
    select distinct live.node
    from linked.block_key as live
    semi join crossed on crossed.key = live.key
    where live.domain = $domain and live.known_to is null
)
select subject_id from temp.linked_touched
union
select named.subject_id
from temp.linked_named as named
semi join crowd on crowd.node = named.node
