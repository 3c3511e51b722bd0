-- What does every candidate pair weigh, told by the pair that was scored for it?
select pair.node_a, pair.node_b, weighed.match_weight, weighed.match_probability, weighed.gammas
from temp.linked_node_pair as pair
left join temp.linked_look_alike as a on a.node = pair.node_a
left join temp.linked_look_alike as b on b.node = pair.node_b
join temp.linked_weighed as weighed
    on weighed.node_a = least(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b))
    and weighed.node_b = greatest(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b))
