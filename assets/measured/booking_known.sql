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
        jail_booking.released_at as stated_until,
        coalesce(jail_booking.released_at < jail_booking.booked_at, false) as end_is_impossible,
        jail_booking.release_type,
        jail_booking.facility,
        jail_booking.arresting_agency,
        jail_booking.booking_type,
        jail_booking.charge_level,
        jail_booking.age_at_event,
        jail_booking.sex,
        jail_booking.region
    from scope.jail_booking
    join scope.person_code on person_code.given_domain = jail_booking.domain and person_code.given_key = jail_booking.person_key
    -- What the county does not count is no booking: papers, returns, moves between its own facilities.
    where coalesce(jail_booking.counts, true)
),
-- The same stay delivered twice (two vendor ids of one person) is one stay: the first record's.
repeated as (
    select person_key, booked_at, stated_until, min(booking_no) as booking_no
    from given
    group by person_key, booked_at, stated_until
    having count(*) > 1
),
-- What surrounds a booking is asked of its times alone.
dated as (
    select
        given.booking_no,
        given.person_key,
        given.booked_at,
        given.released_at,
        given.booked_at::date as booked_on,
        repeated.booking_no is not null as is_duplicate,
        case
            when repeated.booking_no is not null or not list_contains($counted_types::varchar[], coalesce(given.booking_type, 'unknown'))
                then '-infinity'::timestamp
            when given.released_at < given.booked_at + to_hours($minimum_stay_hours::integer) then given.released_at
        end as uncounted_from
    from given
    left join repeated
        on repeated.person_key = given.person_key
        and repeated.booked_at is not distinct from given.booked_at
        and repeated.stated_until is not distinct from given.stated_until
        and repeated.booking_no < given.booking_no
),
diagnosis as (
    select person_code.person_key, health_diagnosis.diagnosed_on
    from scope.health_diagnosis
    join scope.person_code on person_code.given_domain = health_diagnosis.domain and person_code.given_key = health_diagnosis.person_key
    where health_diagnosis.is_smi
    group by all
),
care as (
    select person_code.person_key, min(seen.seen_on) as first_on
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
        on dated.person_key = diagnosis.person_key and dated.booked_on > diagnosis.diagnosed_on
),
counted as (
    select person_key, booked_at from dated where uncounted_from is null group by all
),
followed as (
    select diagnosed.*, counted.booked_at as next_booked_at
    from diagnosed
    asof left join counted
        on diagnosed.person_key = counted.person_key and diagnosed.released_at < counted.booked_at
),
surrounded as (
    select
        followed.booking_no,
        followed.is_duplicate,
        followed.uncounted_from,
        followed.next_booked_at,
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
        last_value(case when followed.uncounted_from is null then followed.booked_at end ignore nulls) over earlier as previous_booked_at
    from followed
    left join care on care.person_key = followed.person_key
    window earlier as (
        partition by followed.person_key
        order by followed.booked_at, followed.booking_no
        rows between unbounded preceding and 1 preceding
    )
)
select given.* exclude (stated_until), surrounded.* exclude (booking_no)
from given
join surrounded on surrounded.booking_no = given.booking_no
