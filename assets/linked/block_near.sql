-- Who holds a key that one of tonight's moved subjects held before tonight, or will hold?
with live as (
    select node, key from linked.block_key where domain = $domain and known_to is null
),
wanted as (
    select key from temp.linked_block_key
    union
    select live.key from live semi join temp.linked_moved as moved on moved.node = live.node
)
select live.node, live.key from live semi join wanted on wanted.key = live.key
