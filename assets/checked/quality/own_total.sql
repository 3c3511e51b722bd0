-- How do our counts of bookings and of people in custody compare with those the jail itself published, over the days it counted?
with counted as (
    select source, facility, count_date, population, bookings
    from checked.jail_count
    where count_date >= $night::date - $days::integer and count_date < $night::date
),
-- Only stays that reach into those days are set against them.
stay as (
    select source, facility, booked_at, released_at
    from checked.jail_booking
    where booked_at < $night::date
        and (released_at is null or greatest(booked_at, released_at) >= $night::date - $days::integer)
),
ours as (
    select
        counted.source, counted.facility, counted.count_date,
        count(*) filter (booking.booked_at::date = counted.count_date) as bookings,
        count(*) filter (
            booking.booked_at < counted.count_date and (booking.released_at is null or booking.released_at >= counted.count_date)
        ) as population
    from counted
    inner join stay as booking
        on booking.source = counted.source
        and booking.facility = counted.facility
        and booking.booked_at < counted.count_date + 1
        and (booking.released_at is null or booking.released_at >= counted.count_date or booking.booked_at >= counted.count_date)
    group by counted.source, counted.facility, counted.count_date
),
compared as (
    select
        counted.source,
        sum(coalesce(ours.bookings, 0)) filter (counted.bookings is not null) / nullif(sum(counted.bookings), 0) as bookings,
        sum(coalesce(ours.population, 0)) / nullif(sum(counted.population), 0) as population,
        sum(counted.bookings) as their_bookings,
        sum(counted.population) as their_population
    from counted
    left join ours using (source, facility, count_date)
    group by counted.source
)
select source, null::varchar as feed, 'jail_booking' as record_type, 'own_total' as metric, 'bookings' as dimension, bookings as value,
    their_bookings as rows
from compared
where bookings is not null
union all
select source, null::varchar as feed, 'jail_booking' as record_type, 'own_total' as metric, 'population' as dimension, population as value,
    their_population as rows
from compared
where population is not null
