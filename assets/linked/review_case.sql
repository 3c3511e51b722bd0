-- Which cases wait for a person, and what would change if their two sides were one person after all?
-- Consequence, in this order: systems that would be read together for the first time, consents and denials that would speak for the other
-- side as well, records that would change hands, custody tonight; then how close the weight is to the threshold.
with queued as (
    select row_number() over (order by domain, subject_a, subject_b, reason) as number, * from linked.review_queue
),
waiting as (
    select queued.*
    from queued
    anti join temp.linked_judged_since as since
        on since.subject_a = queued.subject_a and since.subject_b = queued.subject_b
),
side as (
    select waiting.number, waiting.domain, 'a' as side, membership.person_key, membership.system
    from waiting
    join linked.membership as membership on membership.domain = waiting.domain and membership.subject_id = waiting.subject_a
    union all
    select waiting.number, waiting.domain, 'b', membership.person_key, membership.system
    from waiting
    join linked.membership as membership on membership.domain = waiting.domain and membership.subject_id = waiting.subject_b
),
member as (
    select distinct side.number, side.side, membership.subject_id, membership.system
    from side
    join linked.membership as membership on membership.domain = side.domain and membership.person_key = side.person_key
),
content as (
    select subject_id, count(*) as records from linked.contact group by subject_id
),
spoken as (
    select subject_id, count(distinct consent_id) as facts from consented.consent group by subject_id
    union all
    select subject_id, count(*) from consented.deny group by subject_id
),
held as (
    select distinct subject_id
    from consented.custody
    where booked_at < $as_of and (released_at is null or released_at > $as_of)
),
of_member as (
    select
        member.*,
        coalesce(content.records, 0) as records,
        coalesce((select sum(spoken.facts) from spoken where spoken.subject_id = member.subject_id), 0) as disclosures,
        held.subject_id is not null as in_custody
    from member
    left join content on content.subject_id = member.subject_id
    left join held on held.subject_id = member.subject_id
),
of_side as (
    select
        number,
        side,
        list(distinct system) as systems,
        sum(records) as records,
        sum(disclosures) as disclosures,
        bool_or(in_custody) as in_custody
    from of_member
    group by number, side
),
consequence as (
    select
        number,
        len(list_distinct(flatten(list(systems)))) - max(len(systems)) as systems_bridged,
        list_sort(list_distinct(flatten(list(systems)))) as systems,
        sum(disclosures)::bigint as disclosures,
        min(records)::bigint as records,
        bool_or(in_custody) as in_custody
    from of_side
    group by number
)
select
    waiting.domain,
    waiting.subject_a,
    waiting.subject_b,
    waiting.reason,
    coalesce(judged.decision, waiting.status) as status,
    waiting.match_weight,
    consequence.systems_bridged::integer as systems_bridged,
    consequence.systems,
    consequence.disclosures,
    consequence.records,
    consequence.in_custody
from waiting
join consequence on consequence.number = waiting.number
left join (select * from temp.linked_judged where decision = 'unsure') as judged
    on judged.domain = waiting.domain and judged.subject_a = waiting.subject_a and judged.subject_b = waiting.subject_b
order by
    waiting.status = 'reopened' desc,
    consequence.systems_bridged desc,
    consequence.disclosures desc,
    consequence.records desc,
    consequence.in_custody desc,
    abs(waiting.match_weight - $link) nulls last,
    waiting.subject_a,
    waiting.subject_b
