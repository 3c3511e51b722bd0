-- Which screens were given at or after which booking, before the next one?
-- From the jail's own field, and from screens delivered as records: those that name the booking, else the person's next after it.
with booking as (
    select domain, person_key, record_id, booked_at
    from scope.jail_booking
    where booked_at < $as_of
),
own as (
    select domain, record_id as booking_record_id, null::varchar as screen_record_id, coalesce(bjmhs_at, booked_at) as screened_at,
        'bjmhs' as screen, if(bjmhs_positive, 'positive', 'negative') as result
    from scope.jail_booking
    where bjmhs_positive is not null and booked_at < $as_of and coalesce(bjmhs_at, booked_at) < $as_of
),
named as (
    select domain, booking_record_id, record_id as screen_record_id, screened_at, screen, result
    from scope.screening_score
    where booking_record_id is not null
),
following as (
    select booking.domain, booking.record_id as booking_record_id, screening_score.record_id as screen_record_id,
        screening_score.screened_at, screening_score.screen, screening_score.result
    from scope.screening_score
    asof join booking
        on booking.domain = screening_score.domain
        and booking.person_key = screening_score.person_key
        and screening_score.screened_at >= booking.booked_at
    where screening_score.booking_record_id is null
)
select * from own
union all by name
select * from named
union all by name
select * from following
