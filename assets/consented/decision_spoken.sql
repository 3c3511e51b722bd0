-- Which permitting clauses speak of each case and element, with the kinds of consent enough for each, and which gates does each pass?
with clause as (
    select *, valid_from <= $night and $night < valid_to as in_days from consented.clause where effect = 'permit'
    union all by name
    select * exclude (standing), false as in_days from consented.clause_out_of_force where effect = 'permit'
),
spoken as (
    select
        asked.case_id,
        asked.element,
        asked.to_cover,
        asked.population as holding,
        asked.bans,
        asked.consent_rules,
        list_transform(
            list_filter(
                asked.instrument_rules,
                lambda rule: rule.bases = [] or coalesce(list_contains(rule.bases, clause.lawful_basis), false)
            ),
            lambda rule: rule.word
        ) as instruments_asked,
        list_transform(
            list_filter(
                asked.population_rules,
                lambda rule: rule.bases = [] or coalesce(list_contains(rule.bases, clause.lawful_basis), false)
            ),
            lambda rule: rule.word
        ) as population_asked,
        clause.clause_id,
        clause.labels,
        clause.in_days,
        clause.lawful_basis,
        clause.consent_requirement,
        clause.population,
        clause.instrument_kinds,
        clause.transform,
        clause.output_form,
        clause.valid_to,
        clause.obligations,
        clause.min_cell,
        clause.record_days,
        -- Kinds of consent that this clause asks for by itself; none, where it asks for no consent.
        requirement.kinds as own_kinds,
        list_distinct(list_transform(
            list_filter(asked.consents, lambda given: $operation = 'link' or list_has_any(given.element_classes, asked.classes)),
            lambda given: given.kind
        )) as kinds_given,
        coalesce(
            clause.lawful_basis = 'court_order'
            and list_contains(clause.instrument_kinds, 'COURT_ORDER')
            and list_has_any(clause.authorities, asked.orders),
            false
        ) as is_ordered
    from decision_question as asked
    join clause
        on clause.contributor = asked.agency
        and clause.recipient = $recipient
        and clause.operation = $operation
        and clause.system = asked.system
        and clause.element = asked.element
        and list_has_all(clause.purposes, $purposes)
    join decision_requirement as requirement on requirement.requirement = clause.consent_requirement
),
evidenced as (
    select
        *,
        -- What lifts a rule for this clause: the order it stands on, or the consent that it asks for by itself.
        list_concat(
            case when is_ordered then ['court_order'] else [] end,
            case when list_contains(kinds_given, consent_requirement) then [consent_requirement] else [] end
        ) as evidence
    from spoken
),
weighed as (
    select
        *,
        bans = [] or (in_days and len(list_filter(bans, lambda ban: not list_has_any(ban.unless, evidence))) = 0) as bears_evidence,
        list_filter(
            consent_rules,
            lambda rule: (rule.bases = [] or coalesce(list_contains(rule.bases, lawful_basis), false))
                and not list_contains(rule.accepts, consent_requirement)
                and not list_has_any(rule.unless, evidence)
        ) as narrowing
    from evidenced
),
enough as (
    select
        *,
        own_kinds <> [] or narrowing <> [] as needs_consent,
        list_filter(
            $consent_kinds,
            lambda kind: (own_kinds = [] or list_contains(own_kinds, kind))
                and len(list_filter(narrowing, lambda rule: not list_contains(rule.kinds, kind))) = 0
        ) as kinds
    from weighed
    where bears_evidence
)
select
    case_id,
    element,
    clause_id,
    labels,
    in_days,
    in_days and list_has_all(instrument_kinds, instruments_asked) as has_instruments,
    in_days and list_has_all(instrument_kinds, instruments_asked) and list_has_all(labels, to_cover) as covers,
    not needs_consent or list_has_any(kinds_given, kinds) as consented,
    list_has_all(holding, population) and list_has_all(holding, population_asked) as in_population,
    case when needs_consent then kinds else [] end as consent_kinds,
    transform,
    output_form,
    valid_to,
    obligations,
    min_cell,
    record_days
from enough
