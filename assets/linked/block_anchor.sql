-- Who are the anchors of each block over the cap: its smallest nodes, the same on every night whatever else is in the block?
select reach.key, numbered.number, reach.is_own
from temp.linked_reach as reach
semi join (select key from temp.linked_block where subjects > $cap) as crowded on crowded.key = reach.key
join temp.linked_numbered as numbered on numbered.node = reach.node
qualify row_number() over (partition by reach.key order by reach.node) <= $anchors
