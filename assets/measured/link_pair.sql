-- Which scored pairs stand tonight that nothing forbids, in a fixed order?
select edge.domain, edge.subject_a, edge.subject_b, edge.match_weight, edge.match_probability
from linked.edge as edge
where edge.known_to is null and edge.veto is null
order by edge.domain, edge.subject_a, edge.subject_b
