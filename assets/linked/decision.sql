-- What follows in this domain from what people judged of pairs that may both be compared: merge, keep apart, or nothing more?
-- Keeping apart outlives a correction of either record, and a disagreement keeps apart; merging holds only for the facts it was judged on.
select
    subject_a,
    subject_b,
    case
        when decision in ('different', 'disagreed') then 'different'
        when decision = 'same' and is_corrected then 'reopened'
        else decision
    end as decision
from temp.linked_judged
where domain = $domain
