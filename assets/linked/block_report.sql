-- What did each blocking rule give tonight: blocks and pairs with a compared subject, and of these the blocks over the cap?
-- A pair that shares two keys is counted under both. In a block over the cap only pairs with an anchor are counted: all of them, less those
-- between subjects whose pairs stand already.
with anchored as (
    select key, count(*) as anchors, count(*) filter (where is_own) as own_anchors from temp.linked_anchor group by key
),
sized as (
    select
        block.key % 16 as rule,
        block.subjects,
        block.subjects > $cap as is_capped,
        case
            when block.subjects <= $cap then block.own * (block.subjects - block.own) + block.own * (block.own - 1) // 2
            else anchored.anchors * (block.subjects - anchored.anchors) + anchored.anchors * (anchored.anchors - 1) // 2
                - (anchored.anchors - anchored.own_anchors) * (block.subjects - block.own - anchored.anchors + anchored.own_anchors)
                - (anchored.anchors - anchored.own_anchors) * (anchored.anchors - anchored.own_anchors - 1) // 2
        end as pairs
    from temp.linked_block as block
    left join anchored on anchored.key = block.key
)
select
    rule,
    count(*) as blocks,
    sum(pairs)::bigint as candidates,
    count(*) filter (where is_capped) as capped_blocks,
    coalesce(sum(subjects) filter (where is_capped), 0)::bigint as capped_subjects,
    max(subjects) as largest_block
from sized
group by rule
order by rule
