-- Under which keys did tonight's moved subjects stand before tonight?
select live.rowid as number, live.node, live.key
from linked.block_key as live
semi join temp.linked_moved as moved on moved.node = live.node
where live.domain = $domain and live.known_to is null
