-- What has a person judged about pairs of subjects that may both be compared in this domain, the newest judgement of each pair?
select
    least(decision.subject_a, decision.subject_b) as subject_a,
    greatest(decision.subject_a, decision.subject_b) as subject_b,
    arg_max(decision.decision, decision.decided_on) as decision
from registers.main.review_decision as decision
semi join linked.standardised as a on a.subject_id = decision.subject_a and a.domain = $domain and a.known_to is null
semi join linked.standardised as b on b.subject_id = decision.subject_b and b.domain = $domain and b.known_to is null
where decision.decided_on <= $night
group by all
having subject_a <> subject_b and arg_max(decision.decision, decision.decided_on) in ('same', 'different')
