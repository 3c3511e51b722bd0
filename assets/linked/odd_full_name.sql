-- Which whole names have no comma and more than two words, so that reading order alone does not say where the surname begins?
select distinct identity.full_name
from checked.identity as identity
semi join temp.linked_delta_share as delta on delta.subject_id = identity.subject_id
where identity.person_role = 'subject'
  and identity.known_to is null
  and identity.first_name is null
  and identity.last_name is null
  and identity.full_name not like '%,%'
  and len(string_split_regex(trim(identity.full_name), '\s+')) > 2
order by identity.full_name
