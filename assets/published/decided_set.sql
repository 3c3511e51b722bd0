-- Which set of decisions is this, in two figures that another set would not have?
-- Asked of one operation's decisions: scope_for_product.py puts their table in the place of product_decision.
select
    count(*) as decisions,
    coalesce(
        sum(hash(subject_id, element, labels, ordered_booking, verdict, reason, clause_id, consent_id, transform, records_from, records_to, valid_until)::hugeint),
        0
    ) as mark
from product_decision
