-- Which court orders does the county know, about whom, about which of the person's bookings alone, by which authority and for how long?
-- One that names no court and one that names no end lift nothing: 42 CFR 2.64 and 2.65 ask for both. One that names a booking reaches that
-- booking and what hangs on it, and nothing else of the person.
select subject_id, affects_record_id as booking_id, authority, event_date as valid_from, ends_on as valid_to
from checked.legal_event
where event_type = 'court_order'
  and subject_id is not null
  and coalesce(trim(authority), '') <> ''
  and event_date is not null
  and ends_on is not null
  and record_id not in (select record_id from consented.erased_record)
  and (affects_record_id is null or affects_record_id not in (select record_id from consented.erased_record))
order by subject_id, booking_id, authority, event_date, ends_on
