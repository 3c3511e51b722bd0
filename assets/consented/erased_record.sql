-- Which records does a sealing or an expungement known tonight remove from everything that follows, link features included?
with event as (
    select
        legal_event.record_id,
        legal_event.subject_id,
        legal_event.affects_record_id,
        legal_event.event_type,
        legal_event.event_date,
        legal_event.known_from
    from checked.legal_event
    where legal_event.event_type in ('sealed', 'expunged')
),
booking as (
    select booking.record_id, booking.subject_id, event.event_type, event.known_from
    from checked.jail_booking as booking
    join event on event.affects_record_id = booking.record_id
    union all
    -- An order that names no booking removes every booking of the person up to its day.
    select booking.record_id, booking.subject_id, event.event_type, event.known_from
    from checked.jail_booking as booking
    join event
        on event.affects_record_id is null
        and event.subject_id = booking.subject_id
        and (event.event_date is null or cast(booking.booked_at as date) <= event.event_date)
),
removed as (
    from booking
    union all
    -- What hangs on a booking goes with it: its charges, where the person was housed, what was asked at it.
    select part.record_id, booking.subject_id, booking.event_type, booking.known_from
    from (
        select record_id, parent_record_id from checked.jail_charge
        union all
        select record_id, parent_record_id from checked.housing_move
        union all
        select record_id, parent_record_id from checked.screening
    ) as part
    join booking on booking.record_id = part.parent_record_id
    union all
    -- The order itself would tell what it hides.
    select record_id, subject_id, event_type, known_from from event
    union all
    select coalesce(affects_record_id, record_id), subject_id, event_type, known_from from event
),
-- A person none of whose bookings is left leaves with every other trace: aliases and identities too.
emptied as (
    select removed.subject_id, min(removed.event_type) as event_type, min(removed.known_from) as known_from
    from removed
    where removed.subject_id is not null
      and not exists (
          select 1
          from checked.jail_booking as kept
          where kept.subject_id = removed.subject_id
            and kept.record_id not in (select record_id from booking)
      )
    group by removed.subject_id
),
traces as (
    from removed
    union all
    select identity.record_id, emptied.subject_id, emptied.event_type, emptied.known_from
    from checked.identity as identity
    join emptied using (subject_id)
    where identity.known_to is null
    union all
    select screening.record_id, emptied.subject_id, emptied.event_type, emptied.known_from
    from checked.screening
    join emptied using (subject_id)
)
select
    record_id,
    min(subject_id) as subject_id,
    min(event_type) as reason,
    min(known_from) as from_night
from traces
where record_id is not null
group by record_id
