-- When was each person in custody, half-open: in the jail by its bookings, elsewhere by events; records erased by law apart?
-- Custody permits what would otherwise be withheld, so whatever is in doubt is no custody. An event has a day and no hour: what it begins
-- counts from the midnight after its day, what it ends is over at the midnight that begins its day. An end closes what events began; where
-- events began nothing that is still open, it contradicts the bookings up to its day and closes them. An end that names a booking closes
-- that booking alone, a beginning that names one ends with it at the latest, and after a death there is no custody.
with event as (
    select
        event.record_id, event.subject_id, event.person_role, event.event_type, event.event_date, event.ends_on, event.facility,
        booking.record_id as booking_id,
        booking.released_at as booking_released_at
    from checked.legal_event as event
    left join checked.jail_booking as booking
        on booking.record_id = event.affects_record_id and booking.subject_id = event.subject_id
    where event.event_type in ('custody_begin', 'custody_end', 'death')
      and event.subject_id is not null
      and event.event_date is not null
      and event.record_id not in (select record_id from consented.erased_record)
      and coalesce(event.affects_record_id, '') not in (select record_id from consented.erased_record)
),
died as (
    select subject_id, min(event_date) as day from event where event_type = 'death' group by subject_id
),
over as (
    select subject_id, booking_id, event_date as day from event where event_type = 'custody_end'
),
begun as (
    select
        event.record_id,
        event.subject_id,
        event.event_date as day,
        event.facility,
        least(event.ends_on, min(over.day)) as until_day,
        event.booking_released_at
    from event
    left join over on over.subject_id = event.subject_id and over.booking_id is null and over.day >= event.event_date
    where event.event_type = 'custody_begin' and event.person_role = $subject_role
    group by event.record_id, event.subject_id, event.event_date, event.ends_on, event.facility, event.booking_released_at
),
-- Ends that close nothing an event began.
contradicting as (
    select over.subject_id, over.day
    from over
    where over.booking_id is null
      and not exists (
          select 1
          from begun
          where begun.subject_id = over.subject_id and begun.day <= over.day and begun.until_day >= over.day
      )
),
booked as (
    select
        booking.subject_id,
        booking.record_id,
        booking.booked_at,
        least(booking.released_at, min(named.day)::timestamp, min(contradicting.day)::timestamp) as released_at,
        booking.facility
    from checked.jail_booking as booking
    left join over as named on named.booking_id = booking.record_id
    left join contradicting
        on contradicting.subject_id = booking.subject_id
        and booking.booked_at < contradicting.day + interval 1 day
        -- A release on the day of the end is what the end tells of.
        and (booking.released_at is null or booking.released_at >= contradicting.day + interval 1 day)
    where booking.subject_id is not null
      and booking.person_role = $subject_role
      and booking.booked_at is not null
      and booking.record_id not in (select record_id from consented.erased_record)
    group by booking.subject_id, booking.record_id, booking.booked_at, booking.released_at, booking.facility
),
stay as (
    select subject_id, record_id, booked_at, released_at, facility from booked
    union all by name
    select
        subject_id,
        record_id,
        (day + interval 1 day)::timestamp as booked_at,
        least(until_day::timestamp, booking_released_at) as released_at,
        facility
    from begun
)
select stay.subject_id, stay.record_id, stay.booked_at, least(stay.released_at, died.day::timestamp) as released_at, stay.facility
from stay
left join died using (subject_id)
where stay.booked_at < coalesce(least(stay.released_at, died.day::timestamp), 'infinity'::timestamp)
order by stay.subject_id, stay.booked_at, stay.record_id
