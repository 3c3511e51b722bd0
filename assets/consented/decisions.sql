-- Which answer has each element of each subject and set of row labels, and which consent was found where one was needed?
with need as (
    select distinct need_id, consent_kinds, classes from decision_rule where need_id is not null
),
-- Of several consents the one with the widest period of records is named, then the one that lasts longest, then the first by id.
found as (
    select
        given.subject_id,
        need.need_id,
        arg_min(
            {
                'consent_id': given.consent_id, 'valid_to': given.valid_to, 'data_from': given.data_from, 'data_to': given.data_to
            },
            {
                'from': coalesce(given.data_from, date '0001-01-01'),
                'to': -epoch(coalesce(given.data_to, date '9999-12-31'))::bigint,
                'until': -epoch(given.valid_to)::bigint,
                'consent_id': given.consent_id
            }
        ) as consent
    from decision_consent as given
    join need
        on list_contains(need.consent_kinds, given.kind)
        and ($operation = 'link' or list_has_any(given.element_classes, need.classes))
    group by given.subject_id, need.need_id
)
select
    unit.subject_id,
    unit.labels,
    unit.ordered_booking,
    rule.answer_id,
    null::varchar as consent_id,
    null::date as data_from,
    null::date as data_to,
    null::date as consent_until
from decision_unit as unit
join decision_rule as rule using (case_id)
where rule.need_id is null
union all
select
    unit.subject_id,
    unit.labels,
    unit.ordered_booking,
    rule.answer_id,
    found.consent.consent_id,
    found.consent.data_from,
    found.consent.data_to,
    found.consent.valid_to
from decision_unit as unit
join decision_rule as rule using (case_id)
join found on found.subject_id = unit.subject_id and found.need_id = rule.need_id
where rule.need_id is not null
