-- When was each person in jail, half-open, records erased by law apart?
select subject_id, record_id, booked_at, released_at, facility
from checked.jail_booking
where subject_id is not null
  and person_role = $subject_role
  and booked_at is not null
  and record_id not in (select record_id from consented.erased_record)
order by subject_id, booked_at, record_id
