-- Which ways through the systems do episodes take most often?
-- A way is the order of intercepts and systems of an episode, immediate repetitions once, at most six steps; the 25 commonest of a domain.
with contact as (
    select *
    from scope.episode_contact
    anti join scope.brief_person using (domain, person_key)
    where start_at < $as_of and first_at >= $period_start
    union all by name
    select * from scope.episode_brief where first_at >= $period_start
),
walked as (
    select
        any_value(domain) as domain,
        person_key,
        sum(way_part)::bigint as way_no,
        max(step_no) as steps,
        max(
            case
                when end_at < $as_of then end_at
                when can_be_open then $as_of::timestamp
                else start_at
            end
        ) as last_at,
        any_value(first_at) as first_at
    from contact
    group by person_key, episode_no
),
alike as (
    select
        domain,
        way_no,
        least(steps, 7) as steps,
        count(*) as episodes,
        count(distinct person_key) as people,
        median((epoch_us(last_at) - epoch_us(first_at)) / 86400000000) as median_days
    from walked
    group by domain, way_no, least(steps, 7)
),
most as (
    select domain, way_no, steps, max(episodes, 2) as most
    from (select domain, way_no, least(steps, 7) as steps, person_key, count(*) as episodes from walked group by all)
    group by domain, way_no, steps
),
counted as (
    select
        domain,
        array_to_string(
            list_transform(
                list_filter(
                    list_transform([1, 2, 3, 4, 5, 6], lambda place: way_no // (1000::bigint ** (6 - place))::bigint % 1000),
                    lambda step_no: step_no > 0
                ),
                lambda step_no: saying.said[step_no]
            ),
            ' > '
        ) || if(steps > 6, ' > …', '') as way,
        steps::bigint as steps,
        episodes,
        people,
        median_days,
        most[1] as largest,
        most[2] as second_largest
    from alike
    join most using (domain, way_no, steps)
    cross join (select list(said order by step_no) as said from scope.way_step) as saying
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
    $as_of::timestamp as period_end,
    largest,
    second_largest
from counted
qualify row_number() over (partition by domain order by episodes desc, way) <= 25
order by domain, place, way
