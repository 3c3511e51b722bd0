-- Who meets each definition tonight and met it in earlier months, by what is known tonight?
-- One row a person and definition; months is a number whose binary digit k says whether it was met k months back, 0 is tonight.
with met as (
    select rule_id, criterion_no, domain, person_key, months from scope.month_met
    union all by name
    select
        definition.rule_id,
        criterion.criterion_no,
        criterion_value.domain,
        criterion_value.person_key,
        sum(1::bigint << definition.months_back)::bigint as months
    from scope.criterion_value
    join scope.criterion using (criterion_code)
    join scope.definition on definition.definition_id = criterion.definition_id and definition.months_back > 0
    join scope.criterion_cut
        on criterion_cut.definition_id = criterion.definition_id
        and criterion_cut.criterion_no = criterion.criterion_no
        and criterion_cut.domain = criterion_value.domain
    where criterion_value.value >= criterion_cut.cut
    group by definition.rule_id, criterion.criterion_no, criterion_value.domain, criterion_value.person_key
),
rule as (
    select rule_id, any_value(needed) as needed, any_value(is_filtered) as is_filtered from scope.definition group by rule_id
),
-- Who meets too few criteria in all months together meets too few in each.
possible as (
    select met.rule_id, met.domain, met.person_key, rule.needed, rule.is_filtered, bit_or(met.months) as months, list(met.months) as each_met
    from met
    join rule using (rule_id)
    group by met.rule_id, met.domain, met.person_key, rule.needed, rule.is_filtered
    having count(*) >= rule.needed
),
by_month as (
    select possible.rule_id, possible.domain, possible.person_key, definition.months_back
    from possible
    join scope.definition on definition.rule_id = possible.rule_id and definition.months_back > 0
    left join scope.filtered_person
        on filtered_person.definition_code = definition.definition_code and filtered_person.person_key = possible.person_key
    where
        (possible.needed > 1 or possible.is_filtered)
        and len(list_filter(possible.each_met, lambda months: (months >> definition.months_back) & 1 = 1)) >= possible.needed
        and (not possible.is_filtered or filtered_person.person_key is not null)
),
enough as (
    select rule_id, domain, person_key, months from possible where needed = 1 and not is_filtered
    union all
    select rule_id, domain, person_key, sum(1::bigint << months_back)::bigint as months from by_month group by rule_id, domain, person_key
),
found as (
    select definition_id, domain, person_key, 1::bigint as months from scope.frequent_utilizer_draft where qualifies
    union all
    select enough.rule_id as definition_id, enough.domain, enough.person_key, enough.months
    from enough
    join scope.definition_domain
        on definition_domain.definition_id = enough.rule_id
        and definition_domain.domain = enough.domain
        and definition_domain.reason is null
)
select definition_id, domain, person_key, sum(months)::bigint as months from found group by definition_id, domain, person_key
