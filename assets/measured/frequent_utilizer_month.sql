-- Who meets each definition tonight and met it in earlier months, by what is known tonight?
with met as (
    select rule_id, months_back, criterion_no, domain, person_key from scope.month_met
    union all by name
    select definition.rule_id, definition.months_back, criterion_value.criterion_no, criterion_value.domain, criterion_value.person_key
    from scope.criterion_value
    join scope.criterion_cut using (definition_id, criterion_no, domain)
    join scope.definition on definition.definition_id = criterion_value.definition_id and definition.months_back > 0
    where criterion_value.value >= criterion_cut.cut
),
enough as (
    select
        met.rule_id,
        met.months_back,
        met.domain,
        met.person_key,
        definition.definition_id,
        definition.is_filtered
    from met
    join scope.definition on definition.rule_id = met.rule_id and definition.months_back = met.months_back
    group by met.rule_id, met.months_back, met.domain, met.person_key, definition.definition_id, definition.is_filtered, definition.needed
    having count(*) >= definition.needed
)
select definition_id, 0 as months_back, domain, person_key from scope.frequent_utilizer_draft where qualifies
union all by name
select enough.rule_id as definition_id, enough.months_back, enough.domain, enough.person_key
from enough
join scope.definition_domain
    on definition_domain.definition_id = enough.rule_id and definition_domain.domain = enough.domain and definition_domain.reason is null
where
    not enough.is_filtered
    or exists (
        select 1
        from scope.definition_person
        where definition_person.definition_id = enough.definition_id
            and definition_person.domain = enough.domain
            and definition_person.person_key = enough.person_key
    )
