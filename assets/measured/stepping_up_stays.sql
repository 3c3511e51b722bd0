-- Measure 2: how long do people stay whose release falls in the period, with and without evidence of serious mental illness?
-- Length of stay is of releases (York). Stays that end before they begin have no length and are left out.
-- Most people have one release in the period: who they are is asked only of the others.
with stay as (
    select person_key, epoch_us(released_at) - epoch_us(booked_at) as stayed, unnest(cells) as cell, came_once
    from (
        select *, count(*) over (partition by person_key) = 1 as came_once
        from scope.shown_booking
        where released_at >= $period_start and released_at < $period_end
    )
),
summed as (
    select
        cell,
        count(*) as releases,
        sum(stayed) / 86400000000 as days,
        quantile_cont(stayed, [0.5, 0.9]) as quantiles
    from stay
    group by cell
),
most as (
    select cell, sum(people)::bigint as people, max(days, 2) as days
    from (
        select cell, 1 as people, sum(stayed) / 86400000000 as days from stay where not came_once group by cell, person_key
        union all
        select once.cell, if(place.no = 1, once.people, 0) as people, once.stayed[place.no] / 86400000000 as days
        from (select cell, count(*) as people, max(stayed, 2) as stayed from stay where came_once group by cell) as once
        cross join (values (1), (2)) as place (no)
        where place.no <= once.people
    )
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
    most.people,
    most.people as base_people,
    case each.submeasure
        when 'mean' then summed.days / summed.releases
        when 'median' then summed.quantiles[1] / 86400000000
        else summed.quantiles[2] / 86400000000
    end as value,
    'days' as unit,
    case each.submeasure when 'mean' then most.days[1] end as largest,
    case each.submeasure when 'mean' then most.days[2] end as second_largest
from summed
join most using (cell)
join scope.cell using (cell)
cross join unnest(['mean', 'median', 'p90']) as each (submeasure)
