-- What happened to each person, contact by contact, along the Sequential Intercept Model?
-- A booking is three steps: admission (its own intercept, 2), the stay after first appearance (3), the release (4).
with contact as (
    select
        contact.record_id,
        contact.person_key,
        contact.domain,
        contact.system,
        contact.source,
        contact.record_type,
        contact.start_at,
        case when contact.end_at < $as_of and contact.end_at >= contact.start_at then contact.end_at end as end_at,
        coalesce(contact.end_at < contact.start_at, false) as end_is_impossible,
        contact.unit,
        contact.intercept,
        contact.event_type,
        contact.disposition,
        contact.is_behavioral_health,
        contact.age_at_event,
        contact.region,
        coalesce(booking.is_counted, true) as is_counted
    from scope.contact
    left join scope.booking on booking.domain = contact.domain and booking.record_id = contact.record_id
    where contact.start_at < $as_of
),
ended as (
    select
        * replace (case when unit = 'bed_day' and end_at is null then null else disposition end as disposition),
        unit = 'bed_day' and end_at is null and not end_is_impossible as is_open,
        case when unit = 'bed_day' and not end_is_impossible then coalesce(end_at, $as_of) end as until
    from contact
),
step as (
    select *, 'contact' as step, 0 as step_order from ended
    union all by name
    select
        * replace (start_at + to_hours($first_appearance_hours::integer) as start_at, 3 as intercept),
        'stay' as step,
        1 as step_order
    from ended
    where record_type = 'jail_booking' and until > start_at + to_hours($first_appearance_hours::integer)
    union all by name
    select
        * replace (end_at as start_at, 4 as intercept),
        'release' as step,
        2 as step_order
    from ended
    where record_type = 'jail_booking' and end_at is not null
)
select
    person_key,
    domain,
    row_number() over in_order as position,
    record_id,
    system,
    source,
    record_type,
    step,
    intercept,
    unit,
    start_at,
    end_at,
    is_open,
    end_is_impossible,
    is_counted,
    case when step in ('contact', 'stay') then (epoch_us(until) - epoch_us(start_at)) / 86400000000 end as days,
    event_type,
    disposition,
    is_behavioral_health,
    age_at_event,
    region,
    lag(system) over in_order as previous_system,
    lag(intercept) over in_order as previous_intercept,
    (epoch_us(start_at) - epoch_us(lag(start_at) over in_order)) / 86400000000 as days_since_previous
from step
window in_order as (partition by domain, person_key order by start_at, step_order, record_id)
order by domain, person_key, position
