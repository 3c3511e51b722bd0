-- Whose pairs must be compared again tonight: subjects that changed, and members of blocks that crossed the cap or, above it, changed anchors?
with moved as (
    select
        coalesce(before.key, after.key) as key,
        coalesce(before.subjects, 0) > $cap as was_over,
        coalesce(after.subjects, 0) > $cap as is_over,
        before.anchors is distinct from after.anchors as has_other_anchors
    from temp.linked_size_before as before
    full join temp.linked_size_after as after on after.key = before.key
),
crossed as (
    select key from moved where was_over <> is_over or (is_over and has_other_anchors)
)
select subject_id from temp.linked_touched
union
select live.subject_id
from linked.block_key as live
semi join crossed on crossed.key = live.key
where live.domain = $domain and live.known_to is null
