-- Which aliases are known tonight? What they say lies in checked.identity.
select record_id, version, subject_id, parent_record_id, person_role, source, system, record_type, labels, known_from, known_to
from checked.jail_alias_versions
where known_to is null
