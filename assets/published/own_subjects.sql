-- Which subjects are surely this subject's person?
select $subject_id::varchar as subject_id
union
select other.subject_id
from linked.membership as own
join linked.membership as other on other.person_key = own.person_key
where own.subject_id = $subject_id and own.link_confidence >= $permits_across and other.link_confidence >= $permits_across
order by subject_id
