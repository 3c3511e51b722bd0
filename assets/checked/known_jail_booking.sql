-- What is known tonight of each booking: with age, sex and region of the person at the time, and the level of the gravest charge?
with gravest as (
    select parent_record_id, min(case charge_level when 'F' then 1 when 'M' then 2 when 'I' then 3 end) as gravity
    from checked.jail_charge_versions
    where known_to is null
    group by parent_record_id
),
seen as (
    select
        booking.*,
        case when date_sub('year', seen.latest_birth_date, booking.booked_at::date) between 0 and 120
            then date_sub('year', seen.latest_birth_date, booking.booked_at::date)::integer end as age_at_event,
        seen.sex,
        seen.region,
        seen.resident,
        case gravest.gravity when 1 then 'F' when 2 then 'M' when 3 then 'I' end as charge_level
    from checked.jail_booking_versions as booking
    left join checked.observation_versions as seen
        on seen.record_id = booking.record_id and seen.evidence = 'primary' and seen.known_to is null
    left join gravest on gravest.parent_record_id = booking.record_id
    where booking.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(labels, case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    booked_at, released_at, release_type, facility, arresting_agency, booking_type, charge_level, bjmhs_positive, bjmhs_at, homeless, resident
from seen
