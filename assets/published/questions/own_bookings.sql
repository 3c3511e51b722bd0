-- Which people has the jail booked in the last year or still holds, under the jail's own numbers?
select
    of_record.own_id as booking_no,
    of_person.own_id as jacket_no,
    booking.booked_at,
    booking.released_at,
    booking.release_type,
    booking.facility,
    booking.arresting_agency,
    booking.booking_type,
    booking.charge_level,
    booking.bjmhs_positive,
    booking.bjmhs_at,
    date_diff('day', booking.booked_at::date, coalesce(booking.released_at, $as_of::timestamp)::date) as days
from linked.jail_booking as booking
join linked.own_id as of_person
    on of_person.subject_id = booking.subject_id and of_person.key = 'person' and of_person.system = booking.system
left join linked.own_id as of_record
    on of_record.record_id = booking.record_id and of_record.key = 'record' and of_record.system = booking.system
where booking.booked_at < $as_of
  and (booking.booked_at >= $as_of::timestamp - interval 12 month or booking.released_at is null or booking.released_at >= $as_of)
