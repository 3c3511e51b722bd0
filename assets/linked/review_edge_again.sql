-- Which of these edges run between two persons?
-- In three steps, each with a table of its own: asked at once, DuckDB takes them for so few that it pairs all members with each other.
select near.domain, near.subject_a, near.subject_b, near.match_weight, near.veto
from temp.linked_review_near as near
join temp.linked_review_near_person as own on own.subject = near.a
join temp.linked_review_near_person as other on other.subject = near.b
where own.person <> other.person
