-- Which persons are the ends of these edges tonight?
select hash(domain, subject_id) as subject, hash(person_key) as person
from linked.membership
where hash(domain, subject_id) in (select a from temp.linked_review_near union all select b from temp.linked_review_near)
