-- From which intercept and system to which do people pass, how often, and how soon?
-- One step is two consecutive steps of one person's timeline no further apart than the county's limit.
with passed as (
    select
        domain,
        person_key,
        previous_intercept as from_intercept,
        previous_system as from_system,
        intercept as to_intercept,
        system as to_system,
        (epoch_us(start_at) - epoch_us(previous_start_at)) / 86400000000 as days_since_previous
    from scope.step
    where
        start_at >= $period_start
        and start_at < $as_of
        and days_since_previous <= $transition_days
        and coalesce(uncounted_from >= $as_of, true)
        and intercept is not null
        and previous_intercept is not null
)
select
    passed.domain,
    grouped.race_group,
    passed.from_intercept::integer as from_intercept,
    passed.from_system,
    passed.to_intercept::integer as to_intercept,
    passed.to_system,
    count(*) as transitions,
    count(distinct passed.person_key) as people,
    median(passed.days_since_previous) as median_days,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end
from passed
join scope.person using (domain, person_key)
cross join unnest([person.race_group, 'ALL']) as grouped (race_group)
group by all
order by all
