-- Who holds a key of a subject whose pairs must be compared again, where these are the touched alone? All that is near was found already.
with own as (
    select distinct key from temp.linked_block_key
)
select near.node, near.key, rescored.node is not null as is_own
from temp.linked_near_after as near
semi join own on own.key = near.key
left join temp.linked_rescored as rescored on rescored.node = near.node
