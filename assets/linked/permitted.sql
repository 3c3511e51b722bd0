-- Which subjects may be compared in this domain tonight, and was their key given to somebody else?
select subject.subject_id, subject.is_key_reuse
from checked.subject as subject
semi join consented.link_permission as permission
    on permission.subject_id = subject.subject_id and permission.domain = $domain and permission.permitted
where subject.person_role = 'subject'
