-- For each case and element: permit or deny, by which clause, and if not, at which gate?
with permitting as (
    select
        case_id,
        element,
        count(*) filter (in_days) as in_force,
        count(*) filter (has_instruments) as with_instruments,
        flatten(list(labels) filter (has_instruments)) as covered,
        count(*) filter (covers) as covering,
        count(*) filter (covers and consented) as consenting,
        count(*) filter (covers and consented and in_population) as permitting,
        -- The least revealing clause is the one that counts; obligations bind from all of them.
        arg_min(
            {
                'clause_id': clause_id, 'kinds': consent_kinds, 'transform': transform, 'output_form': output_form, 'valid_to': valid_to
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
    from decision_spoken
    group by case_id, element
),
prohibiting as (
    select *
    from consented.clause
    where effect = 'prohibit'
      and valid_from <= $night and $night < valid_to
      and (recipient is null or recipient = $recipient)
      and (operation is null or operation = $operation)
      and (purposes = [] or list_has_any(purposes, $purposes))
),
prohibited as (
    select distinct asked.case_id, asked.element
    from decision_question as asked
    join prohibiting as clause
        on (clause.contributor is null or clause.contributor = asked.agency)
        and (clause.system is null or clause.system = asked.system)
        and (clause.element is null or clause.element = asked.element)
        and (clause.labels = [] or list_has_any(clause.labels, asked.labels))
),
weighed as (
    select
        asked.*,
        permitting.* exclude (case_id, element),
        permitting.element is not null as is_spoken_of,
        list_transform(asked.bans, lambda ban: ban.reason) as ban_reasons,
        list_filter(asked.to_cover, lambda label: not list_contains(permitting.covered, label)) as missing,
        prohibited.element is not null as is_prohibited,
        list_transform(
            list_filter(
                asked.denies,
                lambda deny: deny.element_class = '' or list_contains(asked.classes, deny.element_class)
            ),
            lambda deny: deny.reason
        ) as deny_reasons
    from decision_question as asked
    left join permitting using (case_id, element)
    left join prohibited using (case_id, element)
),
answered as (
    select
        *,
        case
            when not $terms_known then 'unknown_term'
            when is_erased then 'erased'
            when not is_subject then 'not_a_subject'
            when is_key_reuse and not is_return then 'key_reused'
            when bans <> [] and not is_spoken_of
                then list_filter($ban_reasons, lambda reason: list_contains(ban_reasons, reason))[1]
            when not is_spoken_of then 'no_clause'
            when in_force = 0 then 'instrument_not_in_force'
            when with_instruments = 0 then 'instrument_missing'
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
        end as reason
    from weighed
),
kept as (
    select
        *,
        case when reason = 'permitted' then chosen.kinds else [] end as consent_kinds
    from answered
)
select
    row_number() over () as answer_id,
    case_id,
    system,
    element,
    classes,
    case when reason = 'permitted' then 'permit' else 'deny' end as verdict,
    reason,
    case when reason = 'permitted' then chosen.clause_id end as clause_id,
    consent_kinds,
    -- Answers that look for the same consent share its number.
    case when consent_kinds <> [] then dense_rank() over (order by consent_kinds, classes) end as need_id,
    case when reason = 'permitted' then chosen.transform end as transform,
    case when reason = 'permitted' then chosen.output_form end as output_form,
    case when reason = 'permitted' then obligations else [] end as obligations,
    case when reason = 'permitted' then min_cell end as min_cell,
    case when reason = 'permitted' then $night - record_days end as records_from,
    case when reason = 'permitted' then chosen.valid_to end as valid_to
from kept
