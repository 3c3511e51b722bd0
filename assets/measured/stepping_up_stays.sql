-- Measure 2: how long do people stay whose release falls in the period, with and without evidence of serious mental illness?
-- Length of stay is of releases (York). Stays that end before they begin have no length and are left out.
with summed as (
    select
        booking_cell.cell,
        count(*) as releases,
        count(distinct booking.person_no) as people,
        sum(epoch_us(booking.released_at) - epoch_us(booking.booked_at)) / 86400000000 as days,
        median(epoch_us(booking.released_at) - epoch_us(booking.booked_at)) / 86400000000 as median_days,
        quantile_cont(epoch_us(booking.released_at) - epoch_us(booking.booked_at), 0.9) / 86400000000 as p90_days
    from scope.counted_booking as booking
    join scope.booking_cell using (booking_no)
    where booking.released_at >= $period_start and booking.released_at < $period_end
    group by booking_cell.cell
)
select
    'average_length_of_stay' as measure,
    each.submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    case each.submeasure when 'mean' then summed.days end as numerator,
    summed.releases as denominator,
    summed.people,
    summed.people as base_people,
    case each.submeasure
        when 'mean' then summed.days / summed.releases
        when 'median' then summed.median_days
        else summed.p90_days
    end as value,
    'days' as unit
from summed
join scope.cell using (cell)
cross join unnest(['mean', 'median', 'p90']) as each (submeasure)
where not cell.is_detail
