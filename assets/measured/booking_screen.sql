-- Which screens are given at or after which booking, before the next one, whatever the moment?
-- From the jail's own field, and from screens delivered as records: those that name the booking, else the person's next after it.
with booking as (
    select person_code.domain, person_code.person_key, jail_booking.record_id, jail_booking.booked_at, jail_booking.bjmhs_positive,
        coalesce(jail_booking.bjmhs_at, jail_booking.booked_at) as bjmhs_at
    from scope.jail_booking
    join scope.person_code on person_code.given_domain = jail_booking.domain and person_code.given_key = jail_booking.person_key
),
own as (
    select domain, record_id as booking_record_id, null::varchar as screen_record_id, bjmhs_at as screened_at,
        'bjmhs' as screen, if(bjmhs_positive, 'positive', 'negative') as result
    from booking
    where bjmhs_positive is not null
),
named as (
    select domain, booking_record_id, record_id as screen_record_id, screened_at, screen, result
    from scope.screening_score
    where booking_record_id is not null
),
-- The same stay delivered twice is two records of one moment: a screen goes to the first of them, whatever their order.
first_record as (
    select domain, person_key, booked_at, min(record_id) as record_id from booking group by domain, person_key, booked_at
),
following as (
    select booking.domain, booking.record_id as booking_record_id, screening_score.record_id as screen_record_id,
        screening_score.screened_at, screening_score.screen, screening_score.result
    from scope.screening_score
    asof join first_record as booking
        on booking.domain = screening_score.domain
        and booking.person_key = screening_score.person_key
        and screening_score.screened_at >= booking.booked_at
    where screening_score.booking_record_id is null
),
given as (
    select * from own
    union all by name
    select * from named
    union all by name
    select * from following
)
select given.*, booking_known.booking_no
from given
left join scope.booking_known on booking_known.domain = given.domain and booking_known.record_id = given.booking_record_id
