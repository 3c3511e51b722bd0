-- What do people hold of each pair they judged, once every reviewer's newest judgement is read together with the others'?
-- Merging needs everybody: one doubt leaves the pair undecided, one "different" beside a "same" is a disagreement. A final judgement
-- settles what was said before it. The evidence is that of the newest judgement.
with said as (
    select
        least(subject_a, subject_b) as subject_a,
        greatest(subject_a, subject_b) as subject_b,
        decision,
        decided_by,
        coalesce(decided_at, decided_on::timestamp) as decided_at,
        coalesce(number, 0) as number,
        coalesce(is_final, false) as is_final,
        evidence_hash
    from registers.main.review_decision
    where decided_on <= $night and subject_a <> subject_b
),
settled as (
    select subject_a, subject_b, max(struct_pack(decided_at, number)) filter (where is_final) as final_at
    from said
    group by subject_a, subject_b
),
newest as (
    select
        said.subject_a,
        said.subject_b,
        said.decided_by,
        arg_max(said.decision, struct_pack(said.decided_at, said.number)) as decision,
        arg_max(said.evidence_hash, struct_pack(said.decided_at, said.number)) as evidence_hash,
        max(struct_pack(said.decided_at, said.number)) as decided_at
    from said
    join settled on settled.subject_a = said.subject_a and settled.subject_b = said.subject_b
    where settled.final_at is null or struct_pack(said.decided_at, said.number) >= settled.final_at
    group by said.subject_a, said.subject_b, said.decided_by
)
select
    subject_a,
    subject_b,
    case
        when bool_or(decision = 'same') and bool_or(decision = 'different') then 'disagreed'
        when bool_or(decision = 'different') then 'different'
        when bool_and(decision = 'same') then 'same'
        else 'unsure'
    end as decision,
    arg_max(evidence_hash, decided_at) as evidence_hash,
    count(*) as reviewers
from newest
group by subject_a, subject_b
