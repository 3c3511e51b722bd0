-- What do hard facts say of each pair that was asked about, by the subjects' numbers?
select a.number as a, b.number as b, known.is_forbidden, known.dates, known.names
from temp.linked_asked as asked
join temp.linked_known as known on known.subject_a = asked.subject_a and known.subject_b = asked.subject_b
join temp.linked_present as a on a.subject_id = asked.subject_a
join temp.linked_present as b on b.subject_id = asked.subject_b
where known.is_forbidden or known.dates <> 0 or known.names <> 0
