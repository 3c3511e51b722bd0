-- By which of its own identifiers does each agency know its subjects and their records?
-- Identifiers: they reach a product only of the agency that gave them, and only as its rows' own ids.
select subject_id, null::varchar as record_id, system, source, 'person' as key, source_person_id as own_id
from checked.subject
where source_person_id is not null and person_role = 'subject' and not coalesce(is_key_reuse, true)
order by all
