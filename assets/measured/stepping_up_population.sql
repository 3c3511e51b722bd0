-- Measure 2: how many people were in custody on an average day of the period?
-- Custody-days in the period divided by its days; somebody held on two bookings at once counts once.
with clipped as (
    select
        booking_no,
        person_key,
        cells,
        epoch_us(greatest(booked_at, $period_start)) as begins,
        epoch_us(least(coalesce(released_at, $period_end), $period_end)) as ends
    from scope.shown_booking
    where not end_is_impossible and booked_at < $period_end and coalesce(released_at, $period_end) > $period_start
),
-- Most stays overlap no other of the person: they count whole wherever they are shown. And most people have one stay in the period: who
-- they are is asked only of the others.
lapped as (
    select
        *,
        lag(booking_no) over in_order is null and lead(booking_no) over in_order is null as came_once,
        begins < max(ends) over (in_order rows between unbounded preceding and 1 preceding)
        or lead(begins) over in_order < max(ends) over (in_order rows between unbounded preceding and current row) as is_lapped
    from clipped
    window in_order as (partition by person_key order by begins, ends, booking_no)
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by cell, person_key order by begins, ends, booking_no rows between unbounded preceding and 1 preceding
        ) as covered_to
    from (select * exclude (cells), unnest(cells) as cell from lapped where is_lapped)
),
per_person as (
    select cell, person_key, sum(held_for) as held_for
    from (
        select unnest(cells) as cell, person_key, ends - begins as held_for
        from lapped
        where not came_once and not coalesce(is_lapped, false)
        union all
        select cell, person_key, greatest(0, ends - greatest(begins, covered_to)) as held_for from uncovered
    )
    group by cell, person_key
),
summed as (
    select cell, count(*) as people, sum(held_for) as held_for, max(held_for, 2) as most
    from (select unnest(cells) as cell, ends - begins as held_for from lapped where came_once)
    group by cell
    union all
    select cell, count(*) as people, sum(held_for) as held_for, max(held_for, 2) as most from per_person group by cell
),
held as (
    select
        cell,
        sum(people)::bigint as people,
        sum(held_for) as held_for,
        list_reverse_sort(flatten(list(most))) as most
    from summed
    group by cell
),
-- York's product: bookings times the mean stay of releases over days. It is a forecast of the same thing and differs while the jail fills.
product as (
    select
        cell,
        count(*) filter (where is_booked) as bookings,
        avg(stayed) filter (where is_released) as stay
    from (
        select
            unnest(cells) as cell,
            booked_at >= $period_start as is_booked,
            released_at < $period_end as is_released,
            epoch_us(released_at) - epoch_us(booked_at) as stayed
        from scope.shown_booking
        where booked_at < $period_end and (released_at is null or released_at >= $period_start)
    )
    group by cell
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
    'people' as unit,
    case each.submeasure when 'custody_days_per_day' then held.most[1] end / 86400000000 as largest,
    case each.submeasure when 'custody_days_per_day' then held.most[2] end / 86400000000 as second_largest
from held
join scope.cell using (cell)
left join product using (cell)
cross join unnest(['custody_days_per_day', 'york_product']) as each (submeasure)
where (each.submeasure = 'custody_days_per_day' or product.stay is not null)
