-- What happened to each person, contact by contact, along the Sequential Intercept Model?
-- A booking is three steps: admission (its own intercept, 2), the stay after first appearance (3), the release (4).
with known as (
    select
        * replace (case when end_at < $as_of then end_at end as end_at),
        unit <> 'bed_day' or coalesce(end_at < $as_of, false) as is_over
    from scope.step
    where start_at < $as_of
)
select
    person_key,
    domain,
    position::bigint as position,
    record_id,
    system,
    source,
    record_type,
    step,
    intercept::integer as intercept,
    unit,
    start_at,
    end_at,
    not is_over and not end_is_impossible as is_open,
    end_is_impossible,
    coalesce(uncounted_from >= $as_of, true) as is_counted,
    case
        when step in ('contact', 'stay') and unit = 'bed_day' and not end_is_impossible
            then (epoch_us(coalesce(end_at, $as_of)) - epoch_us(start_at)) / 86400000000
    end as days,
    event_type,
    case when is_over then disposition end as disposition,
    is_behavioral_health,
    age_at_event,
    region,
    previous_system,
    previous_intercept::integer as previous_intercept,
    (epoch_us(start_at) - epoch_us(previous_start_at)) / 86400000000 as days_since_previous
from known
order by domain, person_key, position
