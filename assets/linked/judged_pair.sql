-- Which judgements of people stand tonight, in every domain in which both subjects may be compared, and is what was judged still so?
select
    a.domain,
    standing.subject_a,
    standing.subject_b,
    standing.decision,
    standing.reviewers,
    -- A judgement that was written down without its evidence cannot be held against it.
    starts_with(standing.evidence_hash, 'v1:') and standing.evidence_hash <> 'v1:' || sha256(a.core || b.core) as is_corrected
from temp.linked_standing as standing
join temp.linked_evidence_core as a on a.subject_id = standing.subject_a
join temp.linked_evidence_core as b on b.subject_id = standing.subject_b and b.domain = a.domain
