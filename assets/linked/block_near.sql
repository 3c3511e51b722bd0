-- Who holds a key that one of tonight's moved subjects held before tonight, or will hold?
with wanted as (
    select key from temp.linked_block_key
    union
    select key from temp.linked_own_key
)
select live.node, live.key
from linked.block_key as live
semi join wanted on wanted.key = live.key
where live.domain = $domain and live.known_to is null
