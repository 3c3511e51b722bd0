-- Whom may this product hold a row of, and which subjects does it know only as withheld?
-- A withheld subject is named by itself, never by its person: nobody can tell whom it belongs to.
with permitted as (
    select distinct subject_id from temp.product_decision where verdict = 'permit' and subject_id is not null
),
denied as (
    select distinct subject_id from temp.product_decision where verdict = 'deny' and subject_id is not null
)
select membership.person_key as person_key
from linked.membership as membership
join permitted on permitted.subject_id = membership.subject_id
union
-- Under the keys it had before, so that a merge or split can be told by names the recipient has seen.
select earlier.person_key
from registers.main.membership as earlier
join permitted on permitted.subject_id = earlier.subject_id
where earlier.known_to is not null
union
select 'withheld:' || denied.subject_id as person_key
from denied
left join permitted on permitted.subject_id = denied.subject_id
where permitted.subject_id is null
order by person_key
