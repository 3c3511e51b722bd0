-- How many people of each race group have how many events at a decision point before and after a policy changed?
with per_person as (
    select
        person_key,
        count(*) filter (where in_numerator and anchor_at < $changed_at) as x_before,
        count(*) filter (where anchor_at < $changed_at) as n_before,
        count(*) filter (where in_numerator and anchor_at >= $changed_at) as x_after,
        count(*) filter (where anchor_at >= $changed_at) as n_after
    from scope.point_event
    join scope.decision_point using (point_no)
    where decision_point.point_id = $point and not is_excluded and anchor_at >= $first_at and anchor_at < $last_at
    group by person_key
),
alike as (
    select person.domain, person.race_group, x_before, n_before, x_after, n_after, count(*) as people
    from per_person
    join scope.person using (person_key)
    group by all
)
select domain, grouped.race_group, x_before, n_before, x_after, n_after, sum(people)::bigint as people
from alike
cross join unnest([alike.race_group, 'ALL']) as grouped (race_group)
group by all
order by all
