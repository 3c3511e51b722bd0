-- What do hard facts say of each judged pair, those of which they say nothing among them?
select
    pair.subject_a,
    pair.subject_b,
    coalesce(judgement.is_forbidden, false) as is_forbidden,
    coalesce(judgement.dates, 0) as dates,
    coalesce(judgement.names, 0) as names
from temp.linked_pair as pair
left join temp.linked_judgement as judgement on judgement.subject_a = pair.subject_a and judgement.subject_b = pair.subject_b
