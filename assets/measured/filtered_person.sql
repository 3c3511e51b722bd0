-- Whom can each definition that asks for a kind of person find?
-- Somebody whose answer is unknown does not pass. Of an earlier month nothing is known that was said after its end. A definition whose
-- systems this scope lacks finds nobody.
select definition.definition_code, person.domain, person.person_key, person.race_group
from scope.definition
join scope.person on true
join scope.definition_domain
    on definition_domain.definition_id = definition.rule_id
    and definition_domain.domain = person.domain
    and definition_domain.reason is null
where
    definition.is_filtered
    and (
        definition.smi is null
        or (definition.smi and person.first_smi_at < definition.window_end)
        or (not definition.smi and not person.smi)
    )
    and (
        definition.homeless is null
        or (
            definition.homeless
            and len(
                list_filter(
                    person.homeless_at,
                    lambda said_at: said_at >= definition.window_start and said_at < definition.window_end
                )
            ) > 0
        )
        or (not definition.homeless and not person.homeless)
    )
    and (definition.resident is null or person.resident = definition.resident)
    -- Of an earlier month only the age tonight is known; whole years that have passed since are taken off.
    and (definition.min_age is null or person.age - definition.months_back // 12 >= definition.min_age)
