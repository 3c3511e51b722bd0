-- Which pairs share a key, with at least one subject whose pairs must be compared again? One share of them: a pair belongs to the share of
-- its compared subject, of two to that of the smaller number, so that no pair is in two shares.
-- In a block over the cap only pairs with an anchor count, so that its pairs grow with its size and not with its square.
-- A pair is one number of two halves until the same pair under another key is gone: that is the dear part.
with met as (
    select own.number as own_number, other.number as other_number
    from temp.linked_member as own
    join temp.linked_member as other on other.key = own.key
    where own.is_own
      and not own.is_capped
      and not other.is_capped
      and own.number % $shares = $share
      and own.number <> other.number
      and (not other.is_own or own.number < other.number)
    union all
    select
        case when anchor.is_own and (not member.is_own or anchor.number < member.number) then anchor.number else member.number end,
        case when anchor.is_own and (not member.is_own or anchor.number < member.number) then member.number else anchor.number end
    from temp.linked_anchor as anchor
    join temp.linked_member as member on member.key = anchor.key and member.number <> anchor.number
    where member.is_capped and (anchor.is_own or member.is_own)
),
paired as (
    select distinct least(own_number, other_number) * 4294967296 + greatest(own_number, other_number) as pair
    from met
    where own_number % $shares = $share
)
select a.node as node_a, b.node as node_b
from paired
join temp.linked_numbered as a on a.number = paired.pair // 4294967296
join temp.linked_numbered as b on b.number = paired.pair % 4294967296
