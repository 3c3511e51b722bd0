-- Which elements of which subjects may this recipient have tonight, by which clause and consent, and if not, why?
with needing as (
    select decision_rule.case_id, decision_rule.element, decision_rule.classes, decision_rule.chosen.kinds as kinds
    from decision_rule
    where reason = 'permitted' and chosen.kinds <> []
),
found as (
    select
        unit.subject_id,
        needing.case_id,
        needing.element,
        -- The consent that lasts longest, then the first by id.
        arg_min(
            {'consent_id': given.consent_id, 'valid_to': given.valid_to},
            {'until': -epoch(given.valid_to)::bigint, 'consent_id': given.consent_id}
        ) as consent
    from needing
    join decision_unit as unit using (case_id)
    join decision_consent as given
        on given.subject_id = unit.subject_id
        and list_contains(needing.kinds, given.kind)
        and ($operation = 'link' or list_has_any(given.element_classes, needing.classes))
    group by unit.subject_id, needing.case_id, needing.element
)
select
    unit.subject_id,
    unit.system,
    rule.element,
    unit.labels,
    case when rule.reason = 'permitted' then 'permit' else 'deny' end as verdict,
    rule.reason,
    case when rule.reason = 'permitted' then rule.chosen.clause_id end as clause_id,
    case when rule.reason = 'permitted' then found.consent.consent_id end as consent_id,
    case when rule.reason = 'permitted' then rule.chosen.transform end as transform,
    case when rule.reason = 'permitted' then rule.chosen.output_form end as output_form,
    case when rule.reason = 'permitted' then rule.obligations else []::varchar[] end as obligations,
    case when rule.reason = 'permitted' then rule.min_cell end as min_cell,
    case when rule.reason = 'permitted' then $night - rule.record_days::integer end as records_from,
    case when rule.reason = 'permitted' then least(rule.chosen.valid_to, found.consent.valid_to) end as valid_until
from decision_unit as unit
join decision_rule as rule using (case_id)
left join found on found.subject_id = unit.subject_id and found.case_id = unit.case_id and found.element = rule.element
