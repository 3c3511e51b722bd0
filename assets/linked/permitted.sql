-- Which subjects may be compared in this domain tonight?
select distinct permission.subject_id
from consented.link_permission as permission
join checked.subject as subject on subject.subject_id = permission.subject_id
where permission.domain = $domain and permission.permitted and subject.person_role = 'subject'
