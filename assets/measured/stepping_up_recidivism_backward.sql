-- Measure 4, backward: how many admissions follow an earlier admission, or earlier custody, of the same person within so many days?
-- York asks for an earlier admission; Justice Counts for somebody in custody at any time in the days before. Two questions, two names.
with admitted as (
    select
        person_key,
        cells,
        count(*) over (partition by person_key) = 1 as came_once,
        coalesce(
            if($since_custody, previous_custody_until, previous_booked_at) >= booked_at - to_days($backward_days::integer), false
        ) as is_return
    from scope.shown_booking
    where booked_at >= $period_start and booked_at < $period_end
),
-- People who have as many of both, and how many there are; most have one admission, and who they are is asked only of the others.
alike as (
    select cell, is_return::bigint as returns, 1 as admissions, count(*) as people
    from (select unnest(cells) as cell, is_return from admitted where came_once)
    group by cell, is_return
    union all
    select cell, count(*) filter (where is_return) as returns, count(*) as admissions, 1 as people
    from (select unnest(cells) as cell, person_key, is_return from admitted where not came_once)
    group by cell, person_key
),
counted as (
    select
        cell,
        sum(people * returns)::bigint as returns,
        sum(people * admissions)::bigint as admissions,
        coalesce(sum(people) filter (where returns > 0), 0)::bigint as people,
        sum(people)::bigint as base_people,
        max(returns, 2) as most,
        arg_max(people, returns) as with_most
    from alike
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
    'share of admissions' as unit,
    -- What the two people with most of it have, for disclosure control.
    counted.most[1] as largest,
    if(counted.with_most > 1, counted.most[1], counted.most[2]) as second_largest
from counted
join scope.cell using (cell)
