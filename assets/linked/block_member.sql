-- Who is in which shared block? A key that nobody else holds gives no pair.
select reach.key, numbered.number, reach.is_own, block.subjects > $cap as is_capped
from temp.linked_reach as reach
join temp.linked_block as block on block.key = reach.key
join temp.linked_numbered as numbered on numbered.node = reach.node
