-- What is known tonight of each charge: about the person of its booking, with age, sex and region on the day it was laid?
with seen as (
    select
        charge.* exclude (subject_id, person_role),
        booking.subject_id,
        booking.person_role,
        case when date_sub('year', seen.latest_birth_date, coalesce(charge.charge_date, booking.booked_at::date)) between 0 and 120
            then date_sub('year', seen.latest_birth_date, coalesce(charge.charge_date, booking.booked_at::date))::integer end as age_at_event,
        seen.sex,
        seen.region
    from checked.jail_charge_versions as charge
    join checked.jail_booking_versions as booking on booking.record_id = charge.parent_record_id and booking.known_to is null
    left join checked.observation_versions as seen
        on seen.record_id = booking.record_id and seen.evidence = 'primary' and seen.known_to is null
    where charge.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(labels, case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    charge_date, statute, charge_description, charge_level, position
from seen
