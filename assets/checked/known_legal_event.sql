-- Which sealings and expungements are known tonight, of whom, and of which booking? Without one, of every booking of the person.
select
    event.record_id, event.version, coalesce(booking.subject_id, event.subject_id) as subject_id, event.parent_record_id,
    event.person_role, event.source, event.system, event.record_type, event.labels, event.known_from, event.known_to,
    event.event_type, event.event_date, event.parent_record_id as affects_record_id
from checked.legal_event_versions as event
left join checked.jail_booking_versions as booking on booking.record_id = event.parent_record_id and booking.known_to is null
where event.known_to is null
