-- For each case and element: under which labels is it asked, and which rules of law fit?
with asked as (
    select
        decision_case.case_id,
        element.element,
        element.classes,
        list_sort(list_distinct(list_concat(decision_case.labels, element.labels))) as labels,
        decision_case.agency = $recipient as is_own,
        decision_case.agency = $recipient and $operation <> 'link' as is_return,
        decision_case.* exclude (case_id, labels, label_text, decided_on, consents_id, denies_id, orders_id)
    from decision_case
    join decision_element as element on element.system = decision_case.system and element.decided_on = decision_case.decided_on
),
law as (
    select
        asked.case_id,
        asked.element,
        list({'reason': rule.ban_reason, 'unless': rule.unless}) filter (rule.effect = 'deny') as bans,
        list({'kinds': rule.kinds, 'accepts': rule.accepts, 'unless': rule.unless, 'bases': rule.lawful_bases})
            filter (rule.effect = 'consent') as consent_rules,
        list({'word': rule.instrument, 'bases': rule.lawful_bases}) filter (rule.effect = 'instrument') as instrument_rules,
        list({'word': rule.population, 'bases': rule.lawful_bases}) filter (rule.effect = 'population') as population_rules,
        flatten(list(rule.labels) filter (rule.effect = 'cover')) as must_cover
    from asked
    join decision_law as rule
        on (rule.labels = [] or list_has_any(rule.labels, asked.labels)) and (rule.to_owner or not asked.is_return)
    group by asked.case_id, asked.element
)
select
    asked.*,
    coalesce(law.bans, []) as bans,
    coalesce(law.consent_rules, []) as consent_rules,
    coalesce(law.instrument_rules, []) as instrument_rules,
    coalesce(law.population_rules, []) as population_rules,
    list_filter(
        asked.labels,
        lambda label: not list_contains($need_no_cover, label) or list_contains(coalesce(law.must_cover, []), label)
    ) as to_cover
from asked
left join law using (case_id, element)
