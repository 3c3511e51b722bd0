-- Which subjects may not be linked with anybody tonight? Whoever has no permission in any domain, for whatever reason.
select subject.subject_id, subject.system
from checked.subject as subject
where subject.person_role = 'subject'
  and not exists (
      select 1
      from consented.link_permission as permission
      where permission.subject_id = subject.subject_id and permission.permitted and list_contains($domains, permission.domain)
  )
