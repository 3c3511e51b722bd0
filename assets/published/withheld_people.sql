-- Of how many people are rows withheld from this product, and why?
-- Asked of one operation's decisions: scope_for_product.py puts their table in the place of product_decision.
select reason, count(distinct subject_id) as people
from product_decision
where verdict = 'deny' and subject_id is not null and ends_with(element, '.__present__')
group by reason
order by reason
