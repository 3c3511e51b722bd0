-- Which pairs of subjects stand in one component?
select a.subject_id as subject_a, b.subject_id as subject_b
from temp.linked_component as own
join temp.linked_component as other on other.component = own.component and other.number > own.number
join temp.linked_present as a on a.number = own.number
join temp.linked_present as b on b.number = other.number
