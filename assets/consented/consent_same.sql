-- Which delivered consent is this very form of this very subject, signed at the same moment?
select record_id
from checked.consent
where subject_id = $subject and form_id = $form and form_version = $version and signed_at = $signed
order by record_id
limit 1
