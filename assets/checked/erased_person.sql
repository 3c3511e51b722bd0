-- Which persons have, or had, an erased record or an erased subject among theirs?
select distinct membership.person_key
from registers.main.membership as membership
where list_contains($subjects, membership.subject_id)
   or membership.subject_id in (
       select observed.subject_id from checked.observation_versions as observed where list_contains($records, observed.record_id)
   )
