-- Which edges tie the affected subjects together?
select a.number as a, b.number as b, edge.match_weight as weight
from temp.linked_relevant_edge as edge
join temp.linked_present as a on a.subject_id = edge.subject_a
join temp.linked_present as b on b.subject_id = edge.subject_b
where not a.is_held and not b.is_held
order by weight desc, a, b
