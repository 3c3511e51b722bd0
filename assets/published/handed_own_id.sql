-- Which of its own identifiers does the recipient get back, and whose are sure enough to carry another agency's rows?
select
    product_pseudonym.pseudonym as person_key,
    own_id.subject_id,
    own_id.record_id,
    own_id.system,
    own_id.key,
    own_id.own_id,
    membership.link_confidence >= $permits_across and not own_id.is_reused as is_sure
from consented.own_id as own_id
join linked.membership as membership on membership.subject_id = own_id.subject_id
join temp.product_pseudonym as product_pseudonym on product_pseudonym.person_key = membership.person_key
where $by_row
  and exists (
      select 1
      from temp.product_decision as decision
      where decision.subject_id = own_id.subject_id
        and decision.verdict = 'permit'
        and decision.element = own_id.source || '.source_person_id'
  )
