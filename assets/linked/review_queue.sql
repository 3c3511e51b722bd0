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
decision as (
    select
        least(subject_a, subject_b) as subject_a,
        greatest(subject_a, subject_b) as subject_b,
        arg_max(decision, decided_on) as decision
    from registers.main.review_decision
    where decided_on <= $night
    group by all
),
found as (
    select
        domain,
        subject_a,
        subject_b,
        case
            when veto is not null and match_weight >= $link then 'vetoed'
            when veto is null and not is_weak and match_weight >= $link then 'refused'
            when veto is null and not is_weak and match_weight >= $review then 'uncertain'
            when veto is null and match_weight >= $attach then 'weak_ambiguous'
        end as reason,
        match_weight
    from edge
    where not is_together
    union all
    select domain, subject_id, null, 'key_conflict', null
    from linked.standardised
    where known_to is null and is_held
    union all
    select own.domain, decision.subject_a, decision.subject_b, 'contradiction', null
    from decision
    join linked.membership as own on own.subject_id = decision.subject_a
    join linked.membership as other on other.subject_id = decision.subject_b and other.domain = own.domain
    where decision.decision = 'same' and own.person_key <> other.person_key
)
select found.domain, found.subject_a, found.subject_b, found.reason, found.match_weight, 'open' as status
from found
left join decision on decision.subject_a = found.subject_a and decision.subject_b = found.subject_b
where found.reason is not null
  and (found.reason = 'contradiction' or decision.decision is null or decision.decision = 'unsure')
