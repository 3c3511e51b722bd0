-- Which identities are stated tonight, each once per subject, however many records state it?
with erased as (
    -- Records that a sealing touches stand for an identity only where no other record states it.
    select distinct booking.record_id
    from checked.jail_booking_versions as booking
    join checked.legal_event_versions as event
        on event.known_to is null
        and event.event_type in ('sealed', 'expunged')
        and (
            event.parent_record_id = booking.record_id
            or (event.parent_record_id is null and event.subject_id = booking.subject_id and booking.booked_at::date <= event.event_date)
        )
    where booking.known_to is null
),
stated as (
    select
        seen.*,
        coalesce(seen.recorded_on, event.received_at::date, seen.known_from) as stated_on,
        left(sha256(to_json({
            'subject_id': seen.subject_id, 'evidence': seen.evidence, 'person_role': seen.person_role,
            'names': [seen.first_name, seen.middle_name, seen.last_name, seen.name_suffix, seen.full_name],
            'birth': [seen.birth_date::varchar, seen.birth_date_quality, seen.birth_year::varchar, seen.birth_month::varchar],
            'other': [seen.sex, seen.phone, seen.street_address, seen.city, seen.state, seen.zip, seen.ssn4, seen.state_id]
        })::varchar), 32) as identity_id,
        erased.record_id is not null as is_erased
    from checked.observation_versions as seen
    left join checked.cad_event_versions as event on event.record_id = seen.parent_record_id and event.known_to is null
    left join erased on erased.record_id = seen.record_id
    where seen.known_to is null and seen.person_role = 'subject' and seen.subject_id is not null
)
select
    identity_id,
    any_value(subject_id) as subject_id,
    any_value(system) as system,
    min(source) as source,
    first(record_id order by is_erased, stated_on desc, record_id) as record_id,
    any_value(person_role) as person_role,
    any_value(evidence) as evidence,
    any_value(first_name) as first_name,
    any_value(middle_name) as middle_name,
    any_value(last_name) as last_name,
    any_value(name_suffix) as name_suffix,
    any_value(full_name) as full_name,
    any_value(birth_date) as birth_date,
    any_value(birth_date_quality) as birth_date_quality,
    any_value(birth_year) as birth_year,
    any_value(birth_month) as birth_month,
    any_value(sex) as sex,
    any_value(phone) as phone,
    any_value(street_address) as street_address,
    any_value(city) as city,
    any_value(state) as state,
    any_value(zip) as zip,
    any_value(ssn4) as ssn4,
    any_value(state_id) as state_id,
    max(stated_on) as recorded_on,
    min(known_from) as known_from,
    null::date as known_to
from stated
group by identity_id
