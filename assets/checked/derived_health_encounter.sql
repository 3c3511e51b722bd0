-- Which admitted encounters fall under Part 2? All but those of programmes that the county's text says do not.
select admitted.*, not coalesce(list_contains($other_programmes, program_id), false) as is_part2
from temp.admitted as admitted
