-- Who came under or left the single-system domain of this system tonight? Rows that a rebuilt warehouse lacks count as having come.
with tonight as (
    select subject_id from temp.linked_withheld where system = $system
),
shown as (
    select subject_id from linked.membership_versions where domain = $domain and known_to is null
),
registered as (
    select subject_id from registers.main.membership where domain = $domain and known_to is null
)
select tonight.subject_id, true as is_withheld
from tonight
where tonight.subject_id not in (select subject_id from shown) or tonight.subject_id not in (select subject_id from registered)
union all
select before.subject_id, false
from (select subject_id from shown union select subject_id from registered) as before
anti join tonight on tonight.subject_id = before.subject_id
