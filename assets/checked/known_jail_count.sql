-- What did the jail itself count, as known tonight?
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type, labels, known_from, known_to,
    count_date, facility, population, bookings
from checked.jail_count_versions
where known_to is null
