-- Whom can each definition find at all?
-- Those who pass its person filter, everybody where it has none. A definition whose systems this scope lacks finds nobody.
select definition.definition_id, filtered_person.domain, filtered_person.person_key, filtered_person.race_group
from scope.filtered_person
join scope.definition using (definition_code)
union all
select definition.definition_id, person.domain, person.person_key, person.race_group
from scope.definition
join scope.definition_domain on definition_domain.definition_id = definition.rule_id and definition_domain.reason is null
join scope.person on person.domain = definition_domain.domain
where not definition.is_filtered
