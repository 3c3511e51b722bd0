-- Which edges run between two persons and are firm enough for a person to look at?
-- Edges inside a person are sorted out first and by hashes: that is nearly all of them.
with member as (
    select hash(domain, subject_id) as subject, hash(person_key) as person from linked.membership
)
select edge.domain, edge.subject_a, edge.subject_b, edge.match_weight, edge.veto
from linked.edge as edge
join member as own on own.subject = hash(edge.domain, edge.subject_a)
join member as other on other.subject = hash(edge.domain, edge.subject_b)
where edge.known_to is null
  and edge.match_weight >= case when edge.veto is null then least($link, $review, $attach) else $link end
  and own.person <> other.person
