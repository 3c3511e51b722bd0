-- Which subjects were in this domain before and may not be compared tonight? The registers know them even where the warehouse was rebuilt.
with before as (
    select subject_id from linked.standardised where domain = $domain and known_to is null
    union all
    select subject_id from registers.main.membership where domain = $domain and known_to is null
)
select distinct before.subject_id
from before
anti join temp.linked_permitted as permitted on permitted.subject_id = before.subject_id
