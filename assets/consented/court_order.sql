-- Which court orders about a person as a whole does the county know, by which authority and for how long?
-- An order about one booking, one that names no court and one that names no end lift nothing: 42 CFR 2.64 and 2.65 ask for all of these.
select subject_id, authority, event_date as valid_from, ends_on as valid_to
from checked.legal_event
where event_type = 'court_order'
  and subject_id is not null
  and affects_record_id is null
  and coalesce(trim(authority), '') <> ''
  and event_date is not null
  and ends_on is not null
  and record_id not in (select record_id from consented.erased_record)
order by subject_id, authority, event_date, ends_on
