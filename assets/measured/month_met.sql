-- Who met which least-number criterion in which earlier month?
-- What all months share is counted once; only contacts near the ends of the windows differ from month to month. A person who has enough in
-- what is shared met the criterion in every month.
with counted as (
    select distinct rule_id, criterion_no, filter_id, unit, minimum, shared_start, shared_end,
        min(window_start) over (partition by rule_id, criterion_no) as first_start,
        max(window_end) over (partition by rule_id, criterion_no) as last_end
    from scope.plain_count
),
happened as (
    select
        counted.rule_id,
        counted.criterion_no,
        counted.minimum,
        counted.shared_start,
        counted.shared_end,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.start_at
    from counted
    join scope.matched_contact on matched_contact.filter_id = counted.filter_id
    where
        counted.unit = 'event'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.last_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    union all
    select distinct
        counted.rule_id,
        counted.criterion_no,
        counted.minimum,
        counted.shared_start,
        counted.shared_end,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.start_at::date::timestamp as start_at
    from counted
    join scope.matched_contact on matched_contact.filter_id = counted.filter_id
    where
        counted.unit = 'distinct_day'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.last_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
),
shared as (
    select rule_id, criterion_no, domain, person_key, any_value(minimum) as minimum,
        count(*) filter (where start_at >= shared_start and start_at < shared_end) as core,
        count(*) as most
    from happened
    group by rule_id, criterion_no, domain, person_key
    having count(*) >= any_value(minimum)
),
near as (
    select happened.* exclude (minimum, shared_start, shared_end), shared.core, shared.minimum
    from happened
    join shared using (rule_id, criterion_no, domain, person_key)
    where
        shared.core < shared.minimum
        and (happened.start_at < happened.shared_start or happened.start_at >= happened.shared_end)
),
by_month as (
    select near.rule_id, near.criterion_no, plain_count.months_back, near.domain, near.person_key
    from near
    join scope.plain_count
        on plain_count.rule_id = near.rule_id
        and plain_count.criterion_no = near.criterion_no
        and near.start_at >= plain_count.window_start
        and near.start_at < plain_count.window_end
    group by near.rule_id, near.criterion_no, plain_count.months_back, near.domain, near.person_key
    having count(*) + any_value(near.core) >= any_value(near.minimum)
)
select shared.rule_id, shared.criterion_no, plain_count.months_back, shared.domain, shared.person_key
from shared
join scope.plain_count on plain_count.rule_id = shared.rule_id and plain_count.criterion_no = shared.criterion_no
where shared.core >= shared.minimum
union all
select * from by_month
