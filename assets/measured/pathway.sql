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
per_person as (
    select domain, way_no, least(steps, 7) as steps, person_key, count(*) as episodes
    from walked
    group by domain, way_no, least(steps, 7), person_key
),
alike as (
    select domain, way_no, steps, sum(episodes)::bigint as episodes, count(*) as people, max(episodes, 2) as most
    from per_person
    group by domain, way_no, steps
),
counted as (
    select
        domain,
        way_no,
        steps,
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
        episodes,
        people,
        most[1] as largest,
        most[2] as second_largest
    from alike
    cross join (select list(said order by step_no) as said from scope.way_step) as saying
),
placed as (
    select
        *,
        rank() over (partition by domain order by episodes desc) as place,
        episodes / sum(episodes) over (partition by domain) as share_of_episodes
    from counted
    qualify row_number() over (partition by domain order by episodes desc, way) <= 25
),
middle as (
    select
        walked.domain,
        walked.way_no,
        least(walked.steps, 7) as steps,
        median((epoch_us(walked.last_at) - epoch_us(walked.first_at)) / 86400000000) as median_days
    from walked
    semi join placed on placed.domain = walked.domain and placed.way_no = walked.way_no and placed.steps = least(walked.steps, 7)
    group by walked.domain, walked.way_no, least(walked.steps, 7)
)
select
    placed.domain,
    placed.place,
    placed.way,
    placed.steps::bigint as steps,
    placed.episodes,
    placed.people,
    placed.share_of_episodes,
    middle.median_days,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    placed.largest,
    placed.second_largest
from placed
join middle using (domain, way_no, steps)
order by placed.domain, placed.place, placed.way
