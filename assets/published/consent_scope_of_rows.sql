-- Which scope of consent has each set of grounds on which rows of one kind are permitted?
-- Equal terms are one scope, whoever consented to them; the product's name is part of the number, so that two products never join by it.
with held as (
    select distinct consented_under from temp.product_permitted where len(consented_under) > 0
),
each as (
    select held.consented_under, ground.one.clause_id as clause_id, ground.one.consent_id as consent_id
    from held, unnest(held.consented_under) as ground (one)
)
select
    each.consented_under,
    left(sha256($product || chr(10) || string_agg(distinct term.wording, chr(10) order by term.wording)), 16) as consent_scope_id,
    list(distinct term.wording order by term.wording) as wordings
from each
join temp.product_consent_term as term on term.clause_id = each.clause_id and term.consent_id = each.consent_id
group by each.consented_under
