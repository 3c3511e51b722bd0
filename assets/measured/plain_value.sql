-- How many contacts or days of each least-number criterion has each person tonight, and how many in the windows of earlier months?
-- One pass for all moments that are compared: tonight (tonight), what the windows of all earlier months share (core), and everything in any
-- of them (most).
with counted as (
    select
        criterion_code,
        filter_id::scope.word as filter_id,
        unit,
        tonight_start,
        tonight_end,
        shared_start,
        shared_end,
        min(window_start) as first_start,
        max(window_end) as last_end
    from scope.plain_count
    group by all
),
happened as (
    select
        counted.criterion_code,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.start_at >= counted.tonight_start and matched_contact.start_at < counted.tonight_end as is_tonight,
        matched_contact.start_at >= counted.shared_start and matched_contact.start_at < counted.shared_end as is_shared,
        matched_contact.start_at < counted.last_end as is_earlier
    from scope.matched_contact
    join counted on counted.filter_id = matched_contact.filter_id
    where
        counted.unit = 'event'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.tonight_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    union all
    select
        counted.criterion_code,
        matched_contact.domain,
        matched_contact.person_key,
        bool_or(matched_contact.start_at >= counted.tonight_start and matched_contact.start_at < counted.tonight_end) as is_tonight,
        bool_or(
            matched_contact.start_at < counted.last_end
            and matched_contact.start_at::date::timestamp >= counted.shared_start
            and matched_contact.start_at::date::timestamp < counted.shared_end
        ) as is_shared,
        bool_or(matched_contact.start_at < counted.last_end) as is_earlier
    from scope.matched_contact
    join counted on counted.filter_id = matched_contact.filter_id
    where
        counted.unit = 'distinct_day'
        and matched_contact.start_at >= counted.first_start
        and matched_contact.start_at < counted.tonight_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    group by counted.criterion_code, matched_contact.domain, matched_contact.person_key, matched_contact.start_at::date
)
select
    criterion_code,
    person_key,
    any_value(domain) as domain,
    count(*) filter (where is_tonight) as tonight,
    count(*) filter (where is_shared) as core,
    count(*) filter (where is_earlier) as most
from happened
group by criterion_code, person_key
