-- Which pairs need a score of their own, once every record speaks for those that look exactly like it?
-- A pair in which nobody has a look-alike stands as it is; only the others can come to the same thing twice.
with crowd as (
    select node from temp.linked_look_alike
    union
    select stands_for from temp.linked_look_alike
)
select pair.node_a, pair.node_b
from temp.linked_node_pair as pair
anti join crowd as a on a.node = pair.node_a
anti join crowd as b on b.node = pair.node_b
union all
select distinct for_a, for_b from temp.linked_crowded_pair
