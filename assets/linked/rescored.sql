-- Whose pairs must be compared again tonight: subjects that changed, and members of blocks that crossed the cap?
with crossed as (
    select coalesce(before.key, after.key) as key
    from temp.linked_size_before as before
    full join temp.linked_size_after as after on after.key = before.key
    where (coalesce(before.subjects, 0) > $cap) <> (coalesce(after.subjects, 0) > $cap)
)
select subject_id from temp.linked_touched
union
select live.subject_id
from linked.block_key as live
semi join crossed on crossed.key = live.key
where live.domain = $domain and live.known_to is null
