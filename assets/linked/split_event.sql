-- Which persons were ever parted in this domain, and which went into another since?
select event.person_key as one, event.other_key as other
from registers.main.person_event as event
join registers.main.person as person on person.domain = event.domain and person.person_key = event.person_key
where event.domain = $domain and event.event = 'split' and person.created_on = event.night
union
select person_key, redirect_to
from registers.main.person
where domain = $domain and redirect_to is not null
