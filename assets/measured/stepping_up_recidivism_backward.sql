-- Measure 4, backward: how many admissions follow an earlier admission, or earlier custody, of the same person within so many days?
-- York asks for an earlier admission; Justice Counts for somebody in custody at any time in the days before. Two questions, two names.
with admitted as (
    select
        booking_no,
        person_no,
        coalesce(
            if($since_custody, previous_custody_until, previous_booked_at) >= booked_at - to_days($backward_days::integer), false
        ) as is_return
    from scope.counted_booking
    where booked_at >= $period_start and booked_at < $period_end
),
counted as (
    select
        booking_cell.cell,
        count(*) filter (where is_return) as returns,
        count(*) as admissions,
        count(distinct person_no) filter (where is_return) as people,
        count(distinct person_no) as base_people
    from admitted
    join scope.booking_cell using (booking_no)
    group by booking_cell.cell
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
where not cell.is_detail
