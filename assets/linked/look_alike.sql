-- Which nodes hold exactly the same comparable values as another, and which of these stands for them?
-- Every pair of them with a third record weighs the same, so that one is scored and the others are told.
with hashed as (
    select node, hash(shown) as looks from temp.linked_shown
),
crowded as (
    select looks from hashed group by looks having count(*) > 1
),
alike as (
    -- Equal hashes only nominate: the values themselves decide.
    select shown.node, min(shown.node) over (partition by shown.shown) as stands_for
    from hashed
    semi join crowded on crowded.looks = hashed.looks
    join temp.linked_shown as shown on shown.node = hashed.node
)
select node, stands_for from alike where node <> stands_for
