-- Of which terms is each scope of consent made that any row handed over carries?
select distinct
    scope.consent_scope_id,
    term.clause_id,
    term.consent_kind,
    term.form,
    term.discloser,
    term.recipient,
    term.purposes,
    term.element_classes,
    term.labels,
    term.valid_from,
    term.valid_until,
    term.expiry_event,
    term.records_from,
    term.records_until,
    term.revocation
from temp.product_consent_scope as scope
join temp.product_consent_term as term on list_contains(scope.wordings, term.wording)
order by all
