-- Which systems is each person of this product seen in, and whose records there are withheld from it?
-- A subject none of whose rows may be shown stands for a person of its own, so that bounds can be given and nobody can be recognised.
with asked as (
    select subject_id, bool_or(verdict = 'permit') as is_shown
    from temp.product_decision
    where subject_id is not null
      and list_contains($record_types, split_part(element, '.', 1))
      and ends_with(element, '.__present__')
    group by subject_id
),
named as (
    select
        case when asked.is_shown then membership.person_key else 'withheld:' || membership.subject_id end as person_key,
        case when asked.is_shown then membership.subject_id end as subject_id,
        membership.domain,
        membership.system,
        case when asked.is_shown then membership.link_state else 'withheld' end as link_state
    from asked
    join linked.membership as membership on membership.subject_id = asked.subject_id
)
select
    product_pseudonym.pseudonym as person_key,
    coalesce(named.subject_id, product_pseudonym.pseudonym) as subject_id,
    named.domain,
    named.system,
    named.link_state
from named
join temp.product_pseudonym as product_pseudonym on product_pseudonym.person_key = named.person_key
order by all
