-- What happens to each person, contact by contact, along the Sequential Intercept Model, whatever the moment?
-- A booking is three steps: admission (its own intercept, 2), the stay after first appearance (3), the release (4). A step is known from the
-- moment it begins, and so is all that came before it: at an earlier moment the later steps are missing and nothing else.
with contact as (
    select
        contact.record_id,
        person_code.person_key,
        person_code.domain,
        contact.system::scope.word as system,
        contact.source::scope.word as source,
        contact.record_type::scope.word as record_type,
        contact.start_at,
        case when contact.end_at >= contact.start_at then contact.end_at end as end_at,
        coalesce(contact.end_at < contact.start_at, false) as end_is_impossible,
        contact.unit::scope.word as unit,
        contact.intercept::tinyint as intercept,
        contact.event_type::scope.word as event_type,
        contact.disposition::scope.word as disposition,
        contact.is_behavioral_health,
        contact.age_at_event,
        contact.region::scope.word as region,
        booking_known.booking_no,
        booking_known.uncounted_from
    from scope.contact
    join scope.person_code on person_code.given_domain = contact.domain and person_code.given_key = contact.person_key
    left join scope.booking_known on booking_known.domain = person_code.domain and booking_known.record_id = contact.record_id
),
step as (
    select *, 'contact'::scope.word as step, 0::tinyint as step_order from contact
    union all by name
    select
        * replace (start_at + to_hours($first_appearance_hours::integer) as start_at, 3::tinyint as intercept),
        'stay'::scope.word as step,
        1::tinyint as step_order
    from contact
    where
        record_type = 'jail_booking' and unit = 'bed_day' and not end_is_impossible
        and coalesce(end_at > start_at + to_hours($first_appearance_hours::integer), true)
    union all by name
    select
        * replace (end_at as start_at, 4::tinyint as intercept),
        'release'::scope.word as step,
        2::tinyint as step_order
    from contact
    where record_type = 'jail_booking' and end_at is not null
)
select
    person_key,
    domain,
    (row_number() over in_order)::integer as position,
    record_id,
    system,
    source,
    record_type,
    step,
    intercept,
    unit,
    start_at,
    end_at,
    end_is_impossible,
    event_type,
    disposition,
    is_behavioral_health,
    age_at_event,
    region,
    booking_no,
    uncounted_from,
    lag(system) over in_order as previous_system,
    lag(intercept) over in_order as previous_intercept,
    lag(start_at) over in_order as previous_start_at
from step
window in_order as (partition by person_key order by start_at, step_order, record_id)
