-- Who holds a key of a subject whose pairs must be compared again?
with live as (
    select node, key from linked.block_key where domain = $domain and known_to is null
),
own as (
    select live.node, live.key from live semi join temp.linked_rescored as rescored on rescored.node = live.node
)
select live.node, live.key, rescored.node is not null as is_own
from live
semi join own on own.key = live.key
left join temp.linked_rescored as rescored on rescored.node = live.node
