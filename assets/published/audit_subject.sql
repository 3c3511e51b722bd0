-- Whom may the audit count?
select distinct subject_id
from temp.product_decision
where verdict = 'permit' and subject_id is not null and ends_with(element, '.__present__')
