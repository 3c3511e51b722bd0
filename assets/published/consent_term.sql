-- What does each consent give under each clause by which rows of this product are permitted, said so that nobody can be told by it?
-- Only what this disclosure rests on: classes and purposes that the consent gives besides are nobody's business here. Where rows go out
-- under pseudonyms, days are told to the month, and never as later than they are.
with ground as (
    select decision.clause_id, decision.consent_id, list_sort(list_distinct(flatten(list(element.classes)))) as classes
    from temp.product_decision as decision
    join consented.element as element on element.element = decision.element and element.system = decision.system
    where $by_row and decision.verdict = 'permit' and decision.consent_id is not null
    group by decision.clause_id, decision.consent_id
),
clause as (
    select clause_id, min(contributor) as contributor, list_sort(list_distinct(flatten(list(labels)))) as labels
    from consented.clause
    group by clause_id
),
worded as (
    select
        ground.clause_id,
        ground.consent_id,
        consent.kind as consent_kind,
        concat_ws(' ', consent.form_id, consent.form_version) as form,
        clause.contributor as discloser,
        $recipient as recipient,
        array_to_string($purposes::varchar[], ', ') as purposes,
        array_to_string(list_sort(list_intersect(consent.element_classes, ground.classes)), ', ') as element_classes,
        array_to_string(clause.labels, ', ') as labels,
        case when $by_month then date_trunc('month', consent.valid_from)::date else consent.valid_from end as valid_from,
        case
            when consent.valid_to >= date '9999-12-31' then null
            when $by_month and date_trunc('month', consent.valid_to) > $night then date_trunc('month', consent.valid_to)::date
            else consent.valid_to
        end as valid_until,
        consent.expiry_event,
        case when $by_month then date_trunc('month', consent.data_from)::date else consent.data_from end as records_from,
        case when $by_month then date_trunc('month', consent.data_to)::date else consent.data_to end as records_until,
        case
            when consent.not_revocable_before > $night and consent.kind = 'part2_cj'
                then 'not before ' || strftime(consent.not_revocable_before, if($by_month, '%Y-%m', '%Y-%m-%d'))
            else 'at any time'
        end as revocation
    from ground
    join consented.consent as consent on consent.consent_id = ground.consent_id
    join clause on clause.clause_id = ground.clause_id
)
select
    *,
    concat_ws(
        ' | ', clause_id, consent_kind, form, discloser, recipient, purposes, element_classes, labels, coalesce(valid_from::varchar, '-'),
        coalesce(valid_until::varchar, '-'), coalesce(expiry_event, '-'), coalesce(records_from::varchar, '-'),
        coalesce(records_until::varchar, '-'), revocation
    ) as wording
from worded
