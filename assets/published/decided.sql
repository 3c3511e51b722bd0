-- By which clauses, under which obligations and until when is anything of this product permitted?
-- Asked of one operation's decisions: scope_for_product.py puts their table in the place of product_decision.
select
    coalesce(list(distinct clause_id order by clause_id) filter (where clause_id is not null), []) as clauses,
    coalesce((
        select list(distinct each.obligation order by each.obligation)
        from product_decision as permitted, unnest(permitted.obligations) as each (obligation)
        where permitted.verdict = 'permit'
    ), []) as obligations,
    coalesce((
        select list(distinct each.label order by each.label)
        from product_decision as permitted, unnest(string_split(permitted.labels, ',')) as each (label)
        where permitted.verdict = 'permit' and each.label <> ''
    ), []) as labels,
    count(distinct consent_id) as consents,
    coalesce(max(min_cell), 0) as min_cell,
    min(valid_until) as valid_until
from product_decision
where verdict = 'permit'
