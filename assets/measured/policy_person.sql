-- How many people of each race group have how many events at a decision point before and after a policy changed?
with per_person as (
    select
        domain,
        race_group,
        person_key,
        count(*) filter (where in_numerator and anchor_at < $changed_at) as x_before,
        count(*) filter (where anchor_at < $changed_at) as n_before,
        count(*) filter (where in_numerator and anchor_at >= $changed_at) as x_after,
        count(*) filter (where anchor_at >= $changed_at) as n_after
    from scope.point_event
    where point_id = $point and excluded_because is null and anchor_at >= $first_at and anchor_at < $last_at
    group by all
)
select domain, grouped.race_group, x_before, n_before, x_after, n_after, count(*) as people
from per_person
cross join unnest([per_person.race_group, 'ALL']) as grouped (race_group)
group by all
order by all
