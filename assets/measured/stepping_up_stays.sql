-- Measure 2: how long do people stay whose release falls in the period, with and without evidence of serious mental illness?
-- Length of stay is of releases (York). Stays that end before they begin have no length and are left out.
with stay as (
    select person_key, epoch_us(released_at) - epoch_us(booked_at) as stayed, unnest(cells) as cell
    from scope.shown_booking
    where released_at >= $period_start and released_at < $period_end
),
met as (
    select cell, count(*) as people from (select cell, person_key from stay group by cell, person_key) group by cell
),
summed as (
    select
        stay.cell,
        count(*) as releases,
        any_value(met.people) as people,
        sum(stay.stayed) / 86400000000 as days,
        median(stay.stayed) / 86400000000 as median_days,
        quantile_cont(stay.stayed, 0.9) / 86400000000 as p90_days
    from stay
    join met using (cell)
    group by stay.cell
),
most as (
    select cell, max(days, 2) as days
    from (select cell, person_key, sum(stayed) / 86400000000 as days from stay group by cell, person_key)
    group by cell
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
    'days' as unit,
    case each.submeasure when 'mean' then most.days[1] end as largest,
    case each.submeasure when 'mean' then most.days[2] end as second_largest
from summed
join most using (cell)
join scope.cell using (cell)
cross join unnest(['mean', 'median', 'p90']) as each (submeasure)
