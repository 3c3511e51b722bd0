-- Which subjects are the candidate pairs' nodes?
select least(a.subject_id, b.subject_id) as subject_a, greatest(a.subject_id, b.subject_id) as subject_b
from temp.linked_node_pair as pair
join temp.linked_node as a on a.node = pair.node_a
join temp.linked_node as b on b.node = pair.node_b
