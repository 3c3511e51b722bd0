-- Whose values, standardised anew, are not those that are stored?
with stored as (
    select standardised.* exclude (domain, known_from, known_to)
    from linked.standardised as standardised
    semi join temp.linked_sampled as sampled on sampled.subject_id = standardised.subject_id
    where standardised.domain = $domain and standardised.known_to is null
),
anew as (
    select * from temp.linked_standardised
)
select subject_id
from ((select * from stored except select * from anew) union all (select * from anew except select * from stored)) as differing
