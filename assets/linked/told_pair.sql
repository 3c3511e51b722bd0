-- What does every candidate pair weigh, told by the pair that was scored for it?
with crowd as (
    select node, stands_for from temp.linked_look_alike
    union
    select stands_for, stands_for from temp.linked_look_alike
)
select weighed.*
from temp.linked_weighed as weighed
anti join crowd as a on a.node = weighed.node_a
anti join crowd as b on b.node = weighed.node_b
union all
select pair.node_a, pair.node_b, weighed.match_weight, weighed.match_probability, weighed.gammas
from temp.linked_node_pair as pair
left join crowd as a on a.node = pair.node_a
left join crowd as b on b.node = pair.node_b
join temp.linked_weighed as weighed
    on weighed.node_a = least(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b))
    and weighed.node_b = greatest(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b))
where a.node is not null or b.node is not null
