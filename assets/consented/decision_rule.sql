-- For each distinct set of facts and each element: permit or deny, by which clause, and if not, at which gate?
with asked as (
    select
        decision_case.case_id,
        decision_case.facts,
        element.element,
        element.classes,
        list_sort(list_distinct(list_concat(decision_case.facts.labels, element.labels))) as labels,
        list_distinct(
            list_filter(list_concat(decision_case.facts.labels, element.labels), lambda label: not list_contains($need_no_cover, label))
        ) as to_cover,
        decision_case.facts.agency = $recipient as is_own
    from decision_case
    join decision_element as element
        on element.system = decision_case.facts.system and element.decided_on = decision_case.facts.decided_on
),
clause as (
    select *, valid_from <= $night and $night < valid_to as in_days from consented.clause
    union all by name
    select * exclude (standing), false as in_days from consented.clause_out_of_force
),
spoken as (
    select
        asked.case_id,
        asked.element,
        clause.*,
        clause.in_days and list_has_all(clause.labels, asked.to_cover) as covers,
        grade.kinds,
        -- An impossible grade (two laws no single consent can satisfy) has no row.
        grade.grade is not null and (
            grade.kinds = []
            or len(list_filter(
                asked.facts.consents,
                lambda given: list_contains(grade.kinds, given.kind)
                    and ($operation = 'link' or list_has_any(given.element_classes, asked.classes))
            )) > 0
        ) as consented,
        list_has_all(asked.facts.population, clause.population) as in_population
    from asked
    join clause
        on clause.effect = 'permit'
        and clause.contributor = asked.facts.agency
        and clause.recipient = $recipient
        and clause.operation = $operation
        and clause.system = asked.facts.system
        and clause.element = asked.element
        and list_has_all(clause.purposes, $purposes)
    left join decision_grade as grade
        on grade.requirement = clause.consent_requirement
        and grade.part2 = (list_contains(asked.labels, 'part2') and (not asked.is_own or $operation = 'link'))
        and grade.ferpa = (list_contains(asked.labels, 'ferpa') and (not asked.is_own or $operation = 'link'))
),
permitting as (
    select
        case_id,
        element,
        count(*) filter (in_days) as in_force,
        flatten(list(labels) filter (in_days)) as covered,
        count(*) filter (covers) as covering,
        count(*) filter (covers and consented) as consenting,
        count(*) filter (covers and consented and in_population) as permitting,
        -- The least revealing clause is the one that counts; obligations bind from all of them.
        arg_min(
            {
                'clause_id': clause_id, 'kinds': kinds, 'transform': transform, 'output_form': output_form, 'valid_to': valid_to
            },
            {
                'transform': -list_position($transforms, transform),
                'form': -coalesce(list_position($output_forms, output_form), 0),
                'clause': clause_id
            }
        ) filter (covers and consented and in_population) as chosen,
        list_sort(list_distinct(flatten(list(obligations) filter (covers and consented and in_population)))) as obligations,
        max(min_cell) filter (covers and consented and in_population) as min_cell,
        min(record_days) filter (covers and consented and in_population) as record_days
    from spoken
    group by case_id, element
),
prohibited as (
    select distinct asked.case_id, asked.element
    from asked
    join clause
        on clause.effect = 'prohibit'
        and clause.in_days
        and (clause.contributor is null or clause.contributor = asked.facts.agency)
        and (clause.recipient is null or clause.recipient = $recipient)
        and (clause.operation is null or clause.operation = $operation)
        and (clause.system is null or clause.system = asked.facts.system)
        and (clause.element is null or clause.element = asked.element)
        and (clause.purposes = [] or list_has_any(clause.purposes, $purposes))
        and (clause.labels = [] or list_has_any(clause.labels, asked.labels))
),
denied as (
    select
        asked.case_id,
        asked.element,
        list_transform(
            list_filter(
                asked.facts.denies,
                lambda deny: deny.element_class = '' or list_contains(asked.classes, deny.element_class)
            ),
            lambda deny: deny.reason
        ) as reasons
    from asked
    where asked.facts.denies <> []
),
weighed as (
    select
        asked.*,
        permitting.* exclude (case_id, element),
        permitting.element is not null as is_spoken_of,
        list_filter(asked.to_cover, lambda label: not list_contains(permitting.covered, label)) as missing,
        prohibited.element is not null as is_prohibited,
        coalesce(denied.reasons, []) as deny_reasons
    from asked
    left join permitting using (case_id, element)
    left join prohibited using (case_id, element)
    left join denied using (case_id, element)
),
answered as (
    select
        case_id,
        element,
        case
            when not $terms_known then 'unknown_term'
            when facts.is_erased then 'erased'
            when not facts.is_subject then 'not_a_subject'
            when facts.is_key_reuse and (not is_own or $operation = 'link') then 'key_reused'
            when list_has_any(labels, $banned_labels) then 'label_banned'
            when list_has_any($prohibited_purposes, $purposes) then 'purpose_prohibited'
            when list_contains(labels, 'part2') and list_has_any($part2_proceedings, $purposes) then 'part2_proceeding'
            when not is_spoken_of then 'no_clause'
            when in_force = 0 then 'instrument_not_in_force'
            when covering = 0 and list_contains(missing, 'part2') then 'part2_not_covered'
            when covering = 0 and list_contains(missing, 'juvenile') then 'juvenile_not_covered'
            when covering = 0 then 'label_not_covered'
            when is_prohibited then 'clause_prohibits'
            when deny_reasons <> [] then coalesce(
                list_filter($deny_reasons, lambda reason: list_contains(deny_reasons, reason))[1], 'restricted'
            )
            when consenting = 0 and list_contains(labels, 'part2') and not is_own then 'part2_consent_missing'
            when consenting = 0 then 'consent_missing'
            when permitting = 0 then 'not_in_population'
            when permitting > 0 then 'permitted'
            else 'unknown_term'
        end as reason,
        chosen,
        obligations,
        min_cell,
        record_days,
        classes
    from weighed
)
select
    case_id,
    element,
    classes,
    case when reason = 'permitted' then 'permit' else 'deny' end as verdict,
    reason,
    case when reason = 'permitted' then chosen.clause_id end as clause_id,
    case when reason = 'permitted' then chosen.kinds else [] end as consent_kinds,
    case when reason = 'permitted' then chosen.transform end as transform,
    case when reason = 'permitted' then chosen.output_form end as output_form,
    case when reason = 'permitted' then obligations else [] end as obligations,
    case when reason = 'permitted' then min_cell end as min_cell,
    case when reason = 'permitted' then $night - record_days end as records_from,
    case when reason = 'permitted' then chosen.valid_to end as valid_to
from answered
