-- Measure 4, forward (release cohort): how many releases were followed by another booking within so many days?
-- Only releases whose follow-up is complete. Leaving the community (death, prison, transfer) is a competing outcome and shown beside.
with outcome as (
    select
        booking_no,
        person_no,
        case
            when next_booked_at < released_at + to_days($follow_days::integer) then 'rebooked'
            when leaves_community then 'left_community'
            else 'neither'
        end as outcome
    from scope.counted_booking
    where released_at >= $cohort_start and released_at < $cohort_end
),
immature as (
    select booking_cell.cell, count(*) as releases
    from scope.counted_booking as booking
    join scope.booking_cell using (booking_no)
    where booking.released_at >= $cohort_end
    group by booking_cell.cell
),
counted as (
    select
        booking_cell.cell,
        count(*) as releases,
        count(distinct person_no) as people,
        count(*) filter (where outcome = 'rebooked') as rebooked,
        count(distinct person_no) filter (where outcome = 'rebooked') as people_rebooked,
        count(*) filter (where outcome = 'left_community') as left_community,
        count(distinct person_no) filter (where outcome = 'left_community') as people_left
    from outcome
    join scope.booking_cell using (booking_no)
    group by booking_cell.cell
)
select
    'recidivism_forward' as measure,
    each.outcome.name || '_' || $follow_days::integer || 'd' as submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $cohort_start::timestamp as period_start,
    $cohort_end::timestamp as period_end,
    each.outcome.releases as numerator,
    counted.releases as denominator,
    each.outcome.people as people,
    counted.people as base_people,
    each.outcome.releases / counted.releases as value,
    'share of releases' as unit,
    coalesce(immature.releases, 0) as excluded
from counted
join scope.cell using (cell)
left join immature using (cell)
cross join unnest([
    {'name': 'rebooked', 'releases': counted.rebooked, 'people': counted.people_rebooked},
    {'name': 'left_community', 'releases': counted.left_community, 'people': counted.people_left}
]) as each (outcome)
where not cell.is_detail
