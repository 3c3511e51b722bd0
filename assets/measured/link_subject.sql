-- Which subjects make up which person tonight, each under a number that goes with the order of domains and subjects?
select
    row_number() over (order by domain, subject_id) - 1 as number,
    domain,
    subject_id,
    person_key,
    system,
    link_state,
    dense_rank() over (order by domain, person_key) - 1 as person_no
from linked.membership
