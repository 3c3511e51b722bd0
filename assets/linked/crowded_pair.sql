-- In which pairs does somebody have a look-alike, and which two records stand for them?
with crowd as (
    select node, stands_for from temp.linked_look_alike
    union
    select stands_for, stands_for from temp.linked_look_alike
)
select
    pair.node_a,
    pair.node_b,
    least(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b)) as for_a,
    greatest(coalesce(a.stands_for, pair.node_a), coalesce(b.stands_for, pair.node_b)) as for_b
from temp.linked_node_pair as pair
left join crowd as a on a.node = pair.node_a
left join crowd as b on b.node = pair.node_b
where a.node is not null or b.node is not null
