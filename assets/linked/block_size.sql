-- How many subjects hold each key that tonight's moved subjects hold now or will hold, and which are its first ones?
with moved_key as (
    select key from temp.linked_block_key
    union
    select live.key
    from linked.block_key as live
    semi join temp.linked_moved as moved on moved.subject_id = live.subject_id
    where live.domain = $domain and live.known_to is null
)
select live.key, count(*) as subjects, min(live.subject_id, $anchors::bigint) as anchors
from linked.block_key as live
semi join moved_key on moved_key.key = live.key
where live.domain = $domain and live.known_to is null
group by live.key
