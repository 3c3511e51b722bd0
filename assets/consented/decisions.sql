-- Which elements of which subjects may this recipient have tonight, by which clause and consent, and if not, why?
with plain as (
    select unit.subject_id, unit.system, unit.labels, rule.*, null::varchar as consent_id, rule.valid_to as valid_until
    from decision_unit as unit
    join decision_rule as rule using (case_id)
    where rule.consent_kinds = []
),
-- Where consent was due, the one that lasts longest is named, and of these the first by id.
by_consent as (
    select
        unit.subject_id,
        unit.case_id,
        rule.element,
        arg_min(
            {'consent_id': given.consent_id, 'valid_to': given.valid_to},
            {'until': -epoch(given.valid_to)::bigint, 'consent_id': given.consent_id}
        ) as consent
    from decision_unit as unit
    join decision_rule as rule using (case_id)
    join decision_consent as given
        on given.subject_id = unit.subject_id
        and list_contains(rule.consent_kinds, given.kind)
        and ($operation = 'link' or list_has_any(given.element_classes, rule.classes))
    where rule.consent_kinds <> []
    group by unit.subject_id, unit.case_id, rule.element
),
consented as (
    select
        unit.subject_id,
        unit.system,
        unit.labels,
        rule.*,
        by_consent.consent.consent_id as consent_id,
        least(rule.valid_to, by_consent.consent.valid_to) as valid_until
    from decision_unit as unit
    join decision_rule as rule using (case_id)
    join by_consent
        on by_consent.subject_id = unit.subject_id and by_consent.case_id = unit.case_id and by_consent.element = rule.element
    where rule.consent_kinds <> []
)
select
    subject_id, system, element, labels, verdict, reason, clause_id, consent_id, transform, output_form, obligations, min_cell,
    records_from, valid_until
from (from plain union all by name from consented)
