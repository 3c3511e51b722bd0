-- Which subjects make up which person tonight, in a fixed order?
select
    domain,
    subject_id,
    person_key,
    system,
    link_state,
    dense_rank() over (order by domain, person_key) - 1 as person_no
from linked.membership
order by domain, subject_id
