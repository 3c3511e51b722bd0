-- How many true persons seen twice or more were found whole: all their subjects under one key, and nobody else's?
with person as (
    select domain, person, count(*) as subjects, count(distinct person_key) as keys, min(person_key) as person_key
    from temp.linked_truth
    group by domain, person
),
found as (
    select domain, person_key, count(distinct person) as people from temp.linked_truth group by domain, person_key
)
select
    count(*) filter (where person.subjects > 1) as persons,
    count(*) filter (where person.subjects > 1 and person.keys = 1 and found.people = 1) as persons_whole
from person
join found on found.domain = person.domain and found.person_key = person.person_key
