-- Which pairs need a score of their own, once every record speaks for those that look exactly like it?
select distinct
    least(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b)) as node_a,
    greatest(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b)) as node_b
from temp.linked_node_pair as pair
left join temp.linked_look_alike as a on a.node = pair.node_a
left join temp.linked_look_alike as b on b.node = pair.node_b
