-- Which edges without a veto lead on from the subjects reached so far?
select edge.subject_a, edge.subject_b, edge.match_weight
from linked.edge as edge
where edge.domain = $domain
  and edge.known_to is null
  and edge.veto is null
  and edge.match_weight >= $least
  and (list_contains($reached, edge.subject_a) or list_contains($reached, edge.subject_b))
order by edge.subject_a, edge.subject_b
