-- Which edges can decide who is one person among the affected: firm ones between full records, firm or nearly firm ones of a weak record?
select a.number as a, b.number as b, edge.match_weight as weight
from linked.edge as edge
join temp.linked_present as a on a.subject_id = edge.subject_a
join temp.linked_present as b on b.subject_id = edge.subject_b
where edge.domain = $domain
  and edge.known_to is null
  and edge.veto is null
  and not a.is_held
  and not b.is_held
  and edge.match_weight >= case when a.is_weak or b.is_weak then $attach - $attach_margin else $link end
order by weight desc, a, b
