-- How many pairs that people judged bind nothing tonight: a record of the pair is unknown, gone, or may not be compared with the other?
select count(*) as pairs
from temp.linked_standing as standing
anti join temp.linked_judged as judged on judged.subject_a = standing.subject_a and judged.subject_b = standing.subject_b
