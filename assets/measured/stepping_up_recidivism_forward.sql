-- Measure 4, forward (release cohort): how many releases were followed by another booking within so many days?
-- Only releases whose follow-up is complete. Leaving the community (death, prison, transfer) is a competing outcome and shown beside.
with outcome as (
    select
        person_key,
        cells,
        count(*) over (partition by person_key) = 1 as came_once,
        case
            when next_booked_at < released_at + to_days($follow_days::integer) then 1
            when leaves_community then 2
            else 3
        end as outcome
    from scope.shown_booking
    where released_at >= $cohort_start and released_at < $cohort_end
),
immature as (
    select cell, count(*) as releases
    from (select unnest(cells) as cell from scope.shown_booking where released_at >= $cohort_end)
    group by cell
),
-- People who have as many of each, and how many there are; most have one release, and who they are is asked only of the others.
alike as (
    select cell, 1 as releases, (outcome = 1)::bigint as rebooked, (outcome = 2)::bigint as left_community, count(*) as people
    from (select unnest(cells) as cell, outcome from outcome where came_once)
    group by cell, outcome
    union all
    select
        cell,
        count(*) as releases,
        count(*) filter (where outcome = 1) as rebooked,
        count(*) filter (where outcome = 2) as left_community,
        1 as people
    from (select unnest(cells) as cell, person_key, outcome from outcome where not came_once)
    group by cell, person_key
),
counted as (
    select
        cell,
        sum(people * releases)::bigint as releases,
        sum(people)::bigint as people,
        sum(people * rebooked)::bigint as rebooked,
        coalesce(sum(people) filter (where rebooked > 0), 0)::bigint as people_rebooked,
        sum(people * left_community)::bigint as left_community,
        coalesce(sum(people) filter (where left_community > 0), 0)::bigint as people_left,
        {'most': max(rebooked, 2), 'with_most': arg_max(people, rebooked)} as of_rebooked,
        {'most': max(left_community, 2), 'with_most': arg_max(people, left_community)} as of_left
    from alike
    group by cell
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
    coalesce(immature.releases, 0) as excluded,
    -- What the two people with most of it have, for disclosure control.
    each.outcome.top.most[1] as largest,
    if(each.outcome.top.with_most > 1, each.outcome.top.most[1], each.outcome.top.most[2]) as second_largest
from counted
join scope.cell using (cell)
left join immature using (cell)
cross join unnest([
    {'name': 'rebooked', 'releases': counted.rebooked, 'people': counted.people_rebooked, 'top': counted.of_rebooked},
    {'name': 'left_community', 'releases': counted.left_community, 'people': counted.people_left, 'top': counted.of_left}
]) as each (outcome)
