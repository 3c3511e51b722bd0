-- Which ways through the systems do episodes take most often?
-- A way is the order of intercepts and systems of an episode, immediate repetitions once, at most six steps; the 25 commonest of a domain.
with begun as (
    select domain, person_key, (epoch_us(last_at) - epoch_us(first_at)) / 86400000000 as days, met[1:20] as met
    from scope.episode_known
    where first_at >= $period_start
),
walked as (
    select
        domain,
        person_key,
        days,
        list_filter(list_zip(met, list_prepend(null, met[1:-2])), lambda pair: pair[1] is distinct from pair[2]) as pairs
    from begun
),
named as (
    select
        domain,
        person_key,
        days,
        len(pairs) as steps,
        array_to_string(list_transform(pairs[1:6], lambda pair: coalesce(pair[1].intercept::varchar, '-') || ' ' || pair[1].system), ' > ') || if(len(pairs) > 6, ' > …', '') as way
    from walked
),
counted as (
    select domain, way, least(max(steps), 7) as steps, count(*) as episodes, count(distinct person_key) as people, median(days) as median_days
    from named
    group by domain, way
)
select
    domain,
    rank() over (partition by domain order by episodes desc) as place,
    way,
    steps,
    episodes,
    people,
    episodes / sum(episodes) over (partition by domain) as share_of_episodes,
    median_days,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end
from counted
qualify row_number() over (partition by domain order by episodes desc, way) <= 25
order by domain, place, way
