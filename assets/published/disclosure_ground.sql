-- On which grounds is anything of each kind permitted about each subject, by row?
-- Asked of one operation's decisions; own records returned to the agency that gave them are no disclosure and are left out.
select
    decision.subject_id,
    split_part(decision.element, '.', 1) as record_type,
    list_sort(list_distinct(list(split_part(decision.element, '.', 2)))) as columns,
    list_sort(list_distinct(list(decision.clause_id))) as clause_ids,
    list_sort(list_distinct(list(decision.consent_id) filter (decision.consent_id is not null))) as consent_ids,
    coalesce(list_sort(list_distinct(list(clause.lawful_basis))), []) as bases,
    list_sort(list_distinct(flatten(list(string_split(decision.labels, ','))))) as labels
from temp.product_decision as decision
join consented.subject as subject on subject.subject_id = decision.subject_id
left join (select distinct clause_id, lawful_basis from consented.clause) as clause on clause.clause_id = decision.clause_id
where decision.verdict = 'permit' and subject.agency <> $recipient
group by all
