-- Whose pairs must be compared again tonight: subjects that changed, and members of blocks that crossed the cap or, above it, changed anchors?
-- Crowded keys are found by counting: to hold the smallest nodes of every key would be the dear part.
with before as (
    select near.key, min(near.node, $anchors::bigint) as anchors
    from temp.linked_near as near
    semi join (select key from temp.linked_near group by key having count(*) > $cap) as crowded on crowded.key = near.key
    group by near.key
),
after as (
    select near.key, min(near.node, $anchors::bigint) as anchors
    from temp.linked_near_after as near
    semi join (select key from temp.linked_near_after group by key having count(*) > $cap) as crowded on crowded.key = near.key
    group by near.key
),
crossed as (
    select coalesce(before.key, after.key) as key
    from before
    full join after on after.key = before.key
    where before.anchors is distinct from after.anchors
),
crowd as (
    select distinct near.node from temp.linked_near_after as near semi join crossed on crossed.key = near.key
)
select subject_id, node from temp.linked_moved where is_touched
union
select known.subject_id, known.node
from linked.standardised as known
semi join crowd on crowd.node = known.node
where known.domain = $domain and known.known_to is null
