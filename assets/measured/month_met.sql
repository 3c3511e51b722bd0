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
happened as (
    select
        counted.criterion_code,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.start_at,
        matched_contact.start_at >= counted.shared_start and matched_contact.start_at < counted.shared_end as is_shared
    from scope.matched_contact
    join counted on counted.filter_id = matched_contact.filter_id
    where
        counted.unit = 'event'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.last_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    union all
    select
        counted.criterion_code,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.start_at::date::timestamp as start_at,
        matched_contact.start_at::date::timestamp >= counted.shared_start
        and matched_contact.start_at::date::timestamp < counted.shared_end as is_shared
    from scope.matched_contact
    join counted on counted.filter_id = matched_contact.filter_id
    where
        counted.unit = 'distinct_day'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.last_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    group by all
),
summed as (
    select criterion_code, person_key, any_value(domain) as domain, count(*) filter (where is_shared) as core, count(*) as most
    from happened
    group by criterion_code, person_key
),
shared as (
    select summed.*, counted.minimum, counted.every_month
    from summed
    join counted using (criterion_code)
    where summed.most >= counted.minimum
),
by_month as (
    select happened.criterion_code, plain_count.months_back, happened.person_key, any_value(happened.domain) as domain
    from happened
    join shared on shared.criterion_code = happened.criterion_code and shared.person_key = happened.person_key
    join scope.plain_count
        on plain_count.criterion_code = happened.criterion_code
        and happened.start_at >= plain_count.window_start
        and happened.start_at < plain_count.window_end
    where shared.core < shared.minimum and not happened.is_shared
    group by happened.criterion_code, plain_count.months_back, happened.person_key
    having count(*) + any_value(shared.core) >= any_value(shared.minimum)
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
