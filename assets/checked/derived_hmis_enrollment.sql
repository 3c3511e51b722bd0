-- Which admitted enrolments are of people who came from jail, prison or juvenile detention?
select admitted.*, prior_living_situation = $jail_situation as from_jail
from temp.admitted as admitted
