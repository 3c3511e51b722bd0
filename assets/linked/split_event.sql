-- Which persons were ever parted in this domain, and which went into another since?
-- Splits first: asked at once, DuckDB would look up the person of every event.
with split as materialized (
    select night, person_key, other_key from registers.main.person_event where domain = $domain and event = 'split'
)
select split.person_key as one, split.other_key as other
from split
join registers.main.person as person on person.person_key = split.person_key and person.domain = $domain
where person.created_on = split.night
union
select person_key, redirect_to
from registers.main.person
where domain = $domain and redirect_to is not null
