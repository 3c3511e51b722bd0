-- What is said of each person that a definition may ask for, and from which moment on is it known?
with met as (
    select domain, person_key, min(start_at) as first_contact_at from scope.step group by domain, person_key
),
evidence as (
    select domain, person_key, bjmhs_positive as smi, greatest(booked_at, coalesce(bjmhs_at, booked_at)) as known_at
    from scope.jail_booking
    where bjmhs_positive is not null
    union all
    select domain, person_key, is_smi as smi, diagnosed_on::timestamp as known_at
    from scope.health_diagnosis
    where is_smi is not null
),
ill as (
    select domain, person_key, min(known_at) as first_said_at, min(known_at) filter (where smi) as first_smi_at
    from evidence
    group by domain, person_key
),
housing as (
    select domain, person_key, homeless, booked_at as said_at from scope.jail_booking where homeless is not null
    union all
    select domain, person_key, homeless, started_at as said_at from scope.co_responder_encounter where homeless is not null
),
housed as (
    select
        domain,
        person_key,
        min(said_at) as first_said_at,
        min(said_at) filter (where homeless) as first_homeless_at,
        list(said_at) filter (where homeless) as homeless_at
    from housing
    group by domain, person_key
),
asserted as (
    select domain, person_key from scope.race_assertion group by all
)
select
    person_code.domain,
    person_code.person_key,
    met.first_contact_at,
    person_attribute.person_key is not null or asserted.person_key is not null as is_described,
    person_attribute.sex,
    person_attribute.age,
    person_attribute.resident,
    person_attribute.region,
    ill.first_said_at as smi_first_said_at,
    ill.first_smi_at,
    housed.first_said_at as housing_first_said_at,
    housed.first_homeless_at,
    coalesce(housed.homeless_at, []) as homeless_at
from scope.person_code
left join met on met.domain = person_code.domain and met.person_key = person_code.person_key
left join scope.person_attribute
    on person_attribute.domain = person_code.given_domain and person_attribute.person_key = person_code.given_key
left join asserted on asserted.domain = person_code.given_domain and asserted.person_key = person_code.given_key
left join ill on ill.domain = person_code.given_domain and ill.person_key = person_code.given_key
left join housed on housed.domain = person_code.given_domain and housed.person_key = person_code.given_key
where met.first_contact_at is not null or is_described
