-- Which keys are held by more than one subject, by how many, and by how many whose pairs must be compared again?
select key, count(*) as subjects, count(*) filter (where is_own) as own
from temp.linked_reach
group by key
having count(*) > 1
