-- Which subjects have an identity that reads so?
select distinct subject.subject_id, subject.system, subject.source, subject.source_person_id
from checked.identity as identity
join checked.subject as subject on subject.subject_id = identity.subject_id
where identity.known_to is null
  and subject.person_role = 'subject'
  and upper(strip_accents(trim(identity.last_name))) = upper(strip_accents($last))
  and upper(strip_accents(trim(identity.first_name))) = upper(strip_accents($first))
  and ($born::date is null or identity.birth_date = $born)
order by all
