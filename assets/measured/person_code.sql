-- By which number do the questions of this stage call each person, and by which code each link domain?
-- Numbers go with the order of the keys.
select
    domain as given_domain,
    person_key as given_key,
    domain::scope.domain_word as domain,
    (row_number() over (order by domain, person_key))::integer as person_key
from scope.every_person
