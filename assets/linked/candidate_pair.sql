-- Which pairs share a key, with at least one subject whose pairs must be compared again? One share of them: a pair belongs to the share of
-- its compared subject, of two to that of the smaller node, so that no pair is in two shares.
-- In a block over the cap only pairs with an anchor count, so that its pairs grow with its size and not with its square.
with met as (
    select own.node as own_node, other.node as other_node
    from temp.linked_member as own
    join temp.linked_member as other on other.key = own.key
    where own.is_own
      and not own.is_capped
      and not other.is_capped
      and own.node % $shares = $share
      and own.node <> other.node
      and (not other.is_own or own.node < other.node)
    union all
    select
        case when anchor.is_own and (not member.is_own or anchor.node < member.node) then anchor.node else member.node end,
        case when anchor.is_own and (not member.is_own or anchor.node < member.node) then member.node else anchor.node end
    from temp.linked_anchor as anchor
    join temp.linked_member as member on member.key = anchor.key and member.node <> anchor.node
    where member.is_capped and (anchor.is_own or member.is_own)
)
select distinct least(own_node, other_node) as node_a, greatest(own_node, other_node) as node_b
from met
where own_node % $shares = $share
