-- Measure 4, backward: how many admissions follow an earlier admission, or earlier custody, of the same person within so many days?
-- York asks for an earlier admission; Justice Counts for somebody in custody at any time in the days before. Two questions, two names.
with admitted as (
    select
        person_key,
        unnest(cells) as cell,
        coalesce(
            if($since_custody, previous_custody_until, previous_booked_at) >= booked_at - to_days($backward_days::integer), false
        ) as is_return
    from scope.shown_booking
    where booked_at >= $period_start and booked_at < $period_end
),
per_person as (
    select cell, person_key, count(*) filter (where is_return) as returns, count(*) as admissions
    from admitted
    group by cell, person_key
),
counted as (
    select
        cell,
        sum(returns)::bigint as returns,
        sum(admissions)::bigint as admissions,
        count(*) filter (where returns > 0) as people,
        count(*) as base_people
    from per_person
    group by cell
)
select
    'recidivism_backward' as measure,
    $submeasure::varchar as submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    counted.returns as numerator,
    counted.admissions as denominator,
    counted.people,
    counted.base_people,
    counted.returns / counted.admissions as value,
    'share of admissions' as unit
from counted
join scope.cell using (cell)
