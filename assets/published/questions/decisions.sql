-- How many people may be in each product, and why may the others not?
-- Counts of subjects: one agency's person each. ALL is everybody decided for that record type.
select
    product || ' ' || operation as product,
    record_type,
    reason,
    people,
    case
        when reason = 'ALL'
            then first(product || ' ' || operation) over (partition by record_type, reason order by people desc, product, operation)
    end as first_product
from facts.decision_count
