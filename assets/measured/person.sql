-- What is known of each person at the as-of moment that a definition may ask for?
-- smi and homeless: true if ever said so before the as-of moment, false if only ever denied, NULL if nobody said.
with evidence as (
    select domain, person_key, bjmhs_positive as smi, coalesce(bjmhs_at, booked_at) as said_at
    from scope.jail_booking
    where bjmhs_positive is not null and booked_at < $as_of and (bjmhs_at is null or bjmhs_at < $as_of)
    union all
    select domain, person_key, is_smi as smi, diagnosed_on::timestamp as said_at
    from scope.health_diagnosis
    where is_smi is not null and diagnosed_on < $as_of::date
),
ill as (
    select domain, person_key, bool_or(smi) as smi, min(said_at) filter (where smi) as first_smi_at from evidence group by domain, person_key
),
housing as (
    select domain, person_key, homeless, booked_at as said_at from scope.jail_booking where homeless is not null and booked_at < $as_of
    union all
    select domain, person_key, homeless, started_at as said_at
    from scope.co_responder_encounter
    where homeless is not null and started_at < $as_of
),
housed as (
    select domain, person_key, bool_or(homeless) as homeless, list(said_at) filter (where homeless) as homeless_at
    from housing
    group by all
)
select
    person_race.person_key,
    person_race.domain,
    person_race.race_group,
    person_race.hispanic_unknown,
    person_attribute.sex,
    person_attribute.age,
    person_attribute.resident,
    person_attribute.region,
    ill.smi,
    ill.first_smi_at,
    housed.homeless,
    coalesce(housed.homeless_at, []) as homeless_at
from scope.person_race
left join scope.person_attribute using (domain, person_key)
left join ill using (domain, person_key)
left join housed using (domain, person_key)
