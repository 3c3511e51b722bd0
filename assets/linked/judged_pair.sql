-- Which judgements of people stand tonight, in every domain in which both subjects may be compared, and is what was judged still so?
-- Evidence is hashed of judged subjects only, not of everybody.
with judged as (
    select subject_a as subject_id from temp.linked_standing
    union
    select subject_b from temp.linked_standing
),
core as (
    select evidence.*
    from temp.linked_evidence_core as evidence
    semi join judged on judged.subject_id = evidence.subject_id
)
select
    a.domain,
    standing.subject_a,
    standing.subject_b,
    standing.decision,
    standing.reviewers,
    -- A judgement that was written down without its evidence cannot be held against it.
    starts_with(standing.evidence_hash, 'v1:') and standing.evidence_hash <> 'v1:' || sha256(a.core || b.core) as is_corrected
from temp.linked_standing as standing
join core as a on a.subject_id = standing.subject_a
join core as b on b.subject_id = standing.subject_b and b.domain = a.domain
