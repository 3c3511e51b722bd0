-- Whom can each definition find at all?
-- Somebody whose answer is unknown does not pass. A definition whose systems this scope lacks finds nobody.
select definition.definition_id, person.domain, person.person_key, person.race_group
from scope.definition
join scope.person on true
join scope.definition_domain
    on definition_domain.definition_id = definition.definition_id
    and definition_domain.domain = person.domain
    and definition_domain.reason is null
where
    (definition.smi is null or person.smi = definition.smi)
    and (
        definition.homeless is null
        or (definition.homeless and person.last_homeless_at >= definition.window_start)
        or (not definition.homeless and not person.homeless)
    )
    and (definition.resident is null or person.resident = definition.resident)
    and (definition.min_age is null or person.age >= definition.min_age)
