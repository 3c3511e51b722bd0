-- Which of the recipient's own clients did the jail hold when the night began, or let go in the day before?
-- A row is there only because the recipient knows the person already. Somebody who is not in the table was not booked, or may not be shown.
select distinct
    client.own_id as client_id,
    booking.booked_at,
    booking.facility,
    case when booking.released_at < $as_of then booking.released_at end as released_at,
    booking.consent_scope_id
from linked.own_id as client
join linked.jail_booking as booking on booking.person_key = client.person_key
where client.key = 'person'
  and client.is_sure
  and booking.system <> client.system
  and booking.booked_at < $as_of
  and (booking.released_at is null or booking.released_at >= $as_of::timestamp - interval 1 day)
