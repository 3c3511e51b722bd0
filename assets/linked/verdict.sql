-- What do hard facts say of each pair that was asked about, by the subjects' numbers?
select a.number as a, b.number as b, judgement.is_forbidden, judgement.dates, judgement.names
from temp.linked_judgement as judgement
join temp.linked_present as a on a.subject_id = judgement.subject_a
join temp.linked_present as b on b.subject_id = judgement.subject_b
