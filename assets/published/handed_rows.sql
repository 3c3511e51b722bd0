-- Which permitted rows are surely enough about their person, under the product's own name for that person, and on which consents?
-- The recipient's own rows need no link. A row of another agency must be tied to its person as surely as a consent would have to be.
select
    permitted.* exclude (consented_under) replace (product_pseudonym.pseudonym as person_key),
    -- An agency's own records come back to it; they are not disclosed.
    case when permitted.system not in (select system from consented.element where agency = $recipient) then scope.consent_scope_id end
        as consent_scope_id
from temp.product_permitted as permitted
join temp.product_pseudonym as product_pseudonym on product_pseudonym.person_key = permitted.person_key
join linked.membership as membership on membership.subject_id = permitted.subject_id and membership.person_key = permitted.person_key
left join temp.product_consent_scope as scope on scope.consented_under = permitted.consented_under
where (
        membership.link_confidence >= $rows_across
        or permitted.system in (select system from consented.element where agency = $recipient)
    )
    -- What was sealed since the linked tables were filled may not wait for the next night.
    and permitted.record_id not in (select record_id from consented.erased_record)
