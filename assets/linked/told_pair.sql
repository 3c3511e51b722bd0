-- What does every candidate pair weigh, told by the pair that was scored for it?
with crowd as (
    select node from temp.linked_look_alike
    union
    select stands_for from temp.linked_look_alike
)
select weighed.*
from temp.linked_weighed as weighed
anti join crowd as a on a.node = weighed.node_a
anti join crowd as b on b.node = weighed.node_b
union all
select pair.node_a, pair.node_b, weighed.match_weight, weighed.match_probability, weighed.gammas
from temp.linked_crowded_pair as pair
join temp.linked_weighed as weighed on weighed.node_a = pair.for_a and weighed.node_b = pair.for_b
