-- Which live edges can decide who is one person: firm ones between full records, firm or nearly firm ones of a weak record?
select
    edge.subject_a,
    edge.subject_b,
    edge.match_weight,
    a.is_weak as a_is_weak,
    b.is_weak as b_is_weak
from linked.edge as edge
join linked.standardised as a on a.subject_id = edge.subject_a and a.domain = $domain and a.known_to is null
join linked.standardised as b on b.subject_id = edge.subject_b and b.domain = $domain and b.known_to is null
where edge.domain = $domain
  and edge.known_to is null
  and edge.veto is null
  and edge.match_weight >= case when a.is_weak or b.is_weak then $attach - $attach_margin else $link end
