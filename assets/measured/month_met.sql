-- Who met which least-number criterion in which earlier month?
-- One row a person and criterion; months is a number whose binary digit k says whether it was met k months back. What all months share is
-- counted once; only contacts near the ends of the windows differ from month to month. Who has enough in what is shared met the criterion
-- in every month.
with counted as (
    select
        criterion_code,
        filter_id::scope.word as filter_id,
        unit,
        minimum,
        shared_start,
        shared_end,
        min(window_start) as first_start,
        max(window_end) as last_end,
        sum(1::bigint << months_back)::bigint as every_month
    from scope.plain_count
    group by all
),
shared as (
    select
        plain_value.criterion_code,
        plain_value.person_key,
        plain_value.domain,
        plain_value.core,
        counted.filter_id,
        counted.unit,
        counted.minimum,
        counted.shared_start,
        counted.shared_end,
        counted.first_start,
        counted.last_end,
        counted.every_month
    from scope.plain_value
    join counted using (criterion_code)
    where plain_value.most >= counted.minimum
),
near as (
    select
        shared.criterion_code,
        shared.person_key,
        shared.domain,
        shared.core,
        shared.minimum,
        shared.unit,
        if(shared.unit = 'event', matched_contact.start_at, matched_contact.start_at::date::timestamp) as start_at
    from shared
    join scope.matched_contact
        on matched_contact.filter_id = shared.filter_id
        and matched_contact.person_key = shared.person_key
        and matched_contact.start_at >= shared.first_start
        and matched_contact.start_at < shared.last_end
    where
        shared.core < shared.minimum
        and not (
            if(shared.unit = 'event', matched_contact.start_at, matched_contact.start_at::date::timestamp) >= shared.shared_start
            and if(shared.unit = 'event', matched_contact.start_at, matched_contact.start_at::date::timestamp) < shared.shared_end
        )
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
),
happened as (
    select * from near where unit = 'event'
    union all
    select distinct * from near where unit = 'distinct_day'
),
by_month as (
    select
        happened.criterion_code,
        plain_count.months_back,
        happened.person_key,
        any_value(happened.domain) as domain
    from happened
    join scope.plain_count
        on plain_count.criterion_code = happened.criterion_code
        and happened.start_at >= plain_count.window_start
        and happened.start_at < plain_count.window_end
    group by happened.criterion_code, plain_count.months_back, happened.person_key
    having count(*) + any_value(happened.core) >= any_value(happened.minimum)
),
met as (
    select criterion_code, domain, person_key, every_month as months from shared where core >= minimum
    union all
    select criterion_code, any_value(domain) as domain, person_key, sum(1::bigint << months_back)::bigint as months
    from by_month
    group by criterion_code, person_key
)
select named.rule_id, named.criterion_no, met.domain, met.person_key, met.months
from met
join (select distinct criterion_code, rule_id, criterion_no from scope.plain_count) as named using (criterion_code)
