-- Which cases can the model not decide, so that a person should?
-- Ids and reasons only; what a reviewer sees of both sides is fetched when the case is opened.
-- Of everybody on a first night, later of whoever was resolved anew (review_queue.py): a case hangs on nothing but its edge, the persons of
-- its two sides, what was standardised of them, and what people judged of them.
with edge as (
    select apart.*, a.is_weak or b.is_weak as is_weak
    from temp.linked_review_edge as apart
    join linked.standardised as a on a.domain = apart.domain and a.subject_id = apart.subject_a and a.known_to is null
    join linked.standardised as b on b.domain = apart.domain and b.subject_id = apart.subject_b and b.known_to is null
    where apart.veto is null
    union all
    -- What a veto keeps apart is a case whether a record is weak or not.
    select *, null from temp.linked_review_edge where veto is not null
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
    from temp.linked_judged_tonight as judged
    join linked.membership as own on own.domain = judged.domain and own.subject_id = judged.subject_a
    join linked.membership as other on other.domain = judged.domain and other.subject_id = judged.subject_b
),
found as (
    select
        edge.domain,
        edge.subject_a,
        edge.subject_b,
        case
            when edge.veto is not null then 'vetoed'
            when edge.veto is null and not edge.is_weak and edge.match_weight >= $link then 'refused'
            when edge.veto is null and not edge.is_weak and edge.match_weight >= $review then 'uncertain'
            when edge.veto is null and edge.match_weight >= $attach then 'weak_ambiguous'
        end as reason,
        edge.match_weight
    from edge
    anti join (select * from judged where decision <> 'unsure') as judged
        on judged.domain = edge.domain and judged.subject_a = edge.subject_a and judged.subject_b = edge.subject_b
    union all
    select standardised.domain, standardised.subject_id, null, 'key_conflict', null
    from linked.standardised as standardised
    where standardised.known_to is null
      and standardised.is_held
      and ($everybody or hash(standardised.domain, standardised.subject_id) in (select number from temp.linked_requeued))
    union all
    select judged.domain, judged.subject_a, judged.subject_b, judged.reason, edge.match_weight
    from judged
    left join linked.edge as edge
        on edge.domain = judged.domain
        and edge.subject_a = judged.subject_a
        and edge.subject_b = judged.subject_b
        and edge.known_to is null
    where judged.decision <> 'unsure'
)
select
    found.domain,
    found.subject_a,
    found.subject_b,
    found.reason,
    found.match_weight,
    case when found.reason = 'corrected' then 'reopened' when judged.decision = 'unsure' then 'unsure' else 'open' end as status
from found
left join judged on judged.domain = found.domain and judged.subject_a = found.subject_a and judged.subject_b = found.subject_b
where found.reason is not null
