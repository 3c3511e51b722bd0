-- Measure 2: how many people were in custody on an average day of the period?
-- Custody-days in the period divided by its days; somebody held on two bookings at once counts once.
with clipped as (
    select
        booking_no,
        person_no,
        epoch_us(greatest(booked_at, $period_start)) as begins,
        epoch_us(least(coalesce(released_at, $period_end), $period_end)) as ends
    from scope.counted_booking
    where not end_is_impossible and booked_at < $period_end and coalesce(released_at, $period_end) > $period_start
),
placed as (
    select booking_cell.cell, clipped.* from clipped join scope.booking_cell using (booking_no)
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by cell, person_no order by begins, ends, booking_no rows between unbounded preceding and 1 preceding
        ) as covered_to
    from placed
),
held as (
    select cell, count(distinct person_no) as people, sum(greatest(0, ends - greatest(begins, covered_to))) as held_for
    from uncovered
    group by cell
),
-- York's product: bookings times the mean stay of releases over days. It is a forecast of the same thing and differs while the jail fills.
product as (
    select
        booking_cell.cell,
        count(*) filter (where booking.booked_at >= $period_start and booking.booked_at < $period_end) as bookings,
        avg(epoch_us(booking.released_at) - epoch_us(booking.booked_at)) filter (
            where booking.released_at >= $period_start and booking.released_at < $period_end
        ) as stay
    from scope.counted_booking as booking
    join scope.booking_cell using (booking_no)
    where booking.booked_at < $period_end and (booking.released_at is null or booking.released_at >= $period_start)
    group by booking_cell.cell
)
select
    'average_daily_population' as measure,
    each.submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    if(each.submeasure = 'york_product', product.bookings * product.stay, held.held_for) / 86400000000 as numerator,
    (epoch_us($period_end) - epoch_us($period_start)) / 86400000000 as denominator,
    held.people,
    held.people as base_people,
    if(each.submeasure = 'york_product', product.bookings * product.stay, held.held_for)
    / (epoch_us($period_end) - epoch_us($period_start)) as value,
    'people' as unit
from held
join scope.cell using (cell)
left join product using (cell)
cross join unnest(['custody_days_per_day', 'york_product']) as each (submeasure)
where not cell.is_detail and (each.submeasure = 'custody_days_per_day' or product.stay is not null)
