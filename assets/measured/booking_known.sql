-- Which bookings does the scope hold, whatever the moment, and which other bookings and diagnoses surround each?
-- One row a booking record. A release before its booking is no release. uncounted_from is the moment from which on a booking is known not
-- to count: from the beginning for a kind that is not counted, from its release for a stay too short to count, never for any other.
with given as (
    select
        (row_number() over (order by person_code.domain, jail_booking.record_id))::integer as booking_no,
        jail_booking.record_id,
        person_code.person_key,
        person_code.domain,
        jail_booking.system,
        jail_booking.source,
        jail_booking.booked_at,
        case when jail_booking.released_at >= jail_booking.booked_at then jail_booking.released_at end as released_at,
        coalesce(jail_booking.released_at < jail_booking.booked_at, false) as end_is_impossible,
        jail_booking.release_type,
        jail_booking.facility,
        jail_booking.arresting_agency,
        jail_booking.booking_type,
        jail_booking.charge_level,
        jail_booking.age_at_event,
        jail_booking.sex,
        jail_booking.region,
        -- The same stay delivered twice (two vendor ids of one person) is one stay.
        row_number() over (
            partition by person_code.domain, person_code.person_key, jail_booking.booked_at, jail_booking.released_at
            order by jail_booking.record_id
        ) > 1 as is_duplicate
    from scope.jail_booking
    join scope.person_code on person_code.given_domain = jail_booking.domain and person_code.given_key = jail_booking.person_key
    -- What the county does not count is no booking: papers, returns, moves between its own facilities.
    where coalesce(jail_booking.counts, true)
),
dated as (
    select
        *,
        booked_at::date as booked_on,
        case
            when is_duplicate or not list_contains($counted_types::varchar[], coalesce(booking_type, 'unknown'))
                then '-infinity'::timestamp
            when released_at < booked_at + to_hours($minimum_stay_hours::integer) then released_at
        end as uncounted_from
    from given
),
diagnosis as (
    select person_code.domain, person_code.person_key, health_diagnosis.diagnosed_on
    from scope.health_diagnosis
    join scope.person_code on person_code.given_domain = health_diagnosis.domain and person_code.given_key = health_diagnosis.person_key
    where health_diagnosis.is_smi
    group by all
),
care as (
    select person_code.domain, person_code.person_key, min(seen.seen_on) as first_on
    from (
        select domain, person_key, min(started_at)::date as seen_on from scope.health_encounter group by domain, person_key
        union all
        select domain, person_key, min(diagnosed_on) as seen_on from scope.health_diagnosis group by domain, person_key
    ) as seen
    join scope.person_code on person_code.given_domain = seen.domain and person_code.given_key = seen.person_key
    group by all
),
-- Evidence before the day of booking was there whatever the moment, if the booking was.
diagnosed as (
    select dated.*, diagnosis.diagnosed_on as last_smi_diagnosis_on
    from dated
    asof left join diagnosis
        on dated.domain = diagnosis.domain and dated.person_key = diagnosis.person_key and dated.booked_on > diagnosis.diagnosed_on
),
counted as (
    select domain, person_key, booked_at from dated where uncounted_from is null group by all
),
followed as (
    select diagnosed.*, counted.booked_at as next_booked_at
    from diagnosed
    asof left join counted
        on diagnosed.domain = counted.domain and diagnosed.person_key = counted.person_key and diagnosed.released_at < counted.booked_at
)
select
    followed.* exclude (booked_on, last_smi_diagnosis_on),
    case
        when followed.last_smi_diagnosis_on
            >= followed.booked_on - to_months($diagnosis_months::integer) - to_days($diagnosis_days::integer)
            then 'positive'
        when care.first_on < followed.booked_on then 'negative'
        else 'unknown'
    end as smi_dx_proxy,
    -- Of the bookings before it that always count; who has not left is held until further notice.
    max(case when followed.uncounted_from is null then coalesce(followed.released_at, 'infinity'::timestamp) end) over earlier
        as previous_custody_until,
    max(case when followed.uncounted_from is null then followed.booked_at end) over earlier as previous_booked_at
from followed
left join care on care.domain = followed.domain and care.person_key = followed.person_key
window earlier as (
    partition by followed.domain, followed.person_key
    order by followed.booked_at, followed.booking_no
    rows between unbounded preceding and 1 preceding
)
