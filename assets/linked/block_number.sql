-- Under which small number does each node of tonight's shared blocks go? In the order of the nodes.
select node, (row_number() over (order by node) - 1)::bigint as number
from (
    select distinct reach.node from temp.linked_reach as reach join temp.linked_block as block on block.key = reach.key
)
