-- Which cases can the model not decide, so that a person should?
-- Ids and reasons only; what a reviewer sees of both sides is fetched when the case is opened.
with edge as (
    select
        edge.domain,
        edge.subject_a,
        edge.subject_b,
        edge.match_weight,
        edge.veto,
        a.is_weak or b.is_weak as is_weak,
        own.person_key = other.person_key as is_together
    from linked.edge as edge
    join linked.standardised as a on a.domain = edge.domain and a.subject_id = edge.subject_a and a.known_to is null
    join linked.standardised as b on b.domain = edge.domain and b.subject_id = edge.subject_b and b.known_to is null
    join linked.membership as own on own.domain = edge.domain and own.subject_id = edge.subject_a
    join linked.membership as other on other.domain = edge.domain and other.subject_id = edge.subject_b
    where edge.known_to is null
),
-- Judged cases that need a person again: the records were corrected, the reviewers disagree, or a merge would join a pair judged different.
judged as (
    select
        judged.domain,
        judged.subject_a,
        judged.subject_b,
        judged.decision,
        case
            when judged.is_corrected and judged.decision <> 'unsure' then 'corrected'
            when judged.decision = 'disagreed' then 'disagreement'
            when judged.decision = 'same' and own.person_key <> other.person_key then 'contradiction'
        end as reason
    from temp.linked_judged as judged
    join linked.membership as own on own.domain = judged.domain and own.subject_id = judged.subject_a
    join linked.membership as other on other.domain = judged.domain and other.subject_id = judged.subject_b
),
found as (
    select
        edge.domain,
        edge.subject_a,
        edge.subject_b,
        case
            when edge.veto is not null and edge.match_weight >= $link then 'vetoed'
            when edge.veto is null and not edge.is_weak and edge.match_weight >= $link then 'refused'
            when edge.veto is null and not edge.is_weak and edge.match_weight >= $review then 'uncertain'
            when edge.veto is null and edge.match_weight >= $attach then 'weak_ambiguous'
        end as reason
    from edge
    anti join (select * from judged where decision <> 'unsure') as judged
        on judged.domain = edge.domain and judged.subject_a = edge.subject_a and judged.subject_b = edge.subject_b
    where not edge.is_together
    union all
    select domain, subject_id, null, 'key_conflict' from linked.standardised where known_to is null and is_held
    union all
    select domain, subject_a, subject_b, reason from judged where decision <> 'unsure'
)
select
    found.domain,
    found.subject_a,
    found.subject_b,
    found.reason,
    edge.match_weight,
    case when found.reason = 'corrected' then 'reopened' when judged.decision = 'unsure' then 'unsure' else 'open' end as status
from found
left join edge on edge.domain = found.domain and edge.subject_a = found.subject_a and edge.subject_b = found.subject_b
left join judged on judged.domain = found.domain and judged.subject_a = found.subject_a and judged.subject_b = found.subject_b
where found.reason is not null
