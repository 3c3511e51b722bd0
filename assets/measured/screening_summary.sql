-- How soon and how often are people screened, assessed and connected, overall and by every breakdown?
-- People without a screen are shown, never left out: they are the base of "screened". Assessment and connection are asked only of those
-- whose follow-up is complete, and the wait for care only within the longest follow-up: a later release could only have waited briefly.
with booked as (
    select
        domain,
        person_key,
        booked_at,
        screen,
        first_screened_at,
        first_positive_at,
        screen_attempts,
        screens_refused,
        list_filter(cells, lambda cell: cell % 32 = 0) as cells,
        count(*) over (partition by person_key) = 1 as came_once
    from scope.shown_booking
    where booked_at >= $period_start and booked_at < $as_of
),
assessment as (
    select domain, person_key, start_at
    from scope.matched_contact
    where
        filter_id = 'assessment'
        and known_at < $as_of
        and coalesce(uncounted_from >= $as_of, true)
        and start_at >= (select min(first_positive_at) from booked)
    group by all
),
assessed as (
    select
        booked.*,
        assessment.start_at as assessed_at,
        coalesce(booked.first_positive_at + to_days($assess_days::integer) <= $assessed_through, false) as is_mature
    from booked
    asof left join assessment
        on assessment.domain = booked.domain
        and assessment.person_key = booked.person_key
        and booked.first_positive_at <= assessment.start_at
),
timed as (
    select
        person_key,
        cells,
        came_once,
        screen,
        coalesce(screen_attempts, 0) as attempts,
        coalesce(screens_refused > 0, false) as is_refused,
        is_mature,
        coalesce(first_screened_at >= booked_at, false) and screen <> 'unknown' as is_screened,
        is_mature and coalesce(assessed_at < first_positive_at + to_days($assess_days::integer), false) as is_assessed,
        (epoch_us(first_screened_at) - epoch_us(booked_at)) / 3600000000 as hours_to_screen,
        (epoch_us(assessed_at) - epoch_us(first_positive_at)) / 3600000000 as hours_to_assessment
    from assessed
),
placed as (
    select * exclude (cells), unnest(cells) as cell from timed
),
-- People who have as many of each, and how many there are; most have one booking, and who they are is asked only of the others.
alike as (
    select
        cell,
        1 as bookings,
        (screen <> 'unknown')::bigint as in_time,
        (screen = 'positive')::bigint as positive,
        is_screened::bigint as screened,
        attempts,
        is_refused::bigint as refused,
        is_assessed::bigint as assessed,
        is_mature::bigint as mature,
        count(*) as people
    from placed
    where came_once
    group by cell, screen, is_screened, attempts, is_refused, is_assessed, is_mature
    union all
    select
        cell,
        count(*) as bookings,
        count(*) filter (where screen <> 'unknown') as in_time,
        count(*) filter (where screen = 'positive') as positive,
        count(*) filter (where is_screened) as screened,
        sum(attempts) as attempts,
        count(*) filter (where is_refused) as refused,
        count(*) filter (where is_assessed) as assessed,
        count(*) filter (where is_mature) as mature,
        1 as people
    from placed
    where not came_once
    group by cell, person_key
),
middle as (
    select
        cell,
        quantile_cont(hours_to_screen, [0.5, 0.9]) filter (where is_screened) as screen_quantiles,
        median(hours_to_assessment) filter (where is_assessed) as assessment_median
    from placed
    group by cell
),
summed as (
    select
        cell,
        sum(people * bookings)::double as bookings,
        sum(people)::bigint as people,
        sum(people * in_time)::double as in_time,
        coalesce(sum(people) filter (where in_time > 0), 0)::bigint as people_in_time,
        sum(people * positive)::double as positive,
        coalesce(sum(people) filter (where positive > 0), 0)::bigint as people_positive,
        sum(people * screened)::double as screened,
        coalesce(sum(people) filter (where screened > 0), 0)::bigint as people_screened,
        sum(people * attempts)::double as attempts,
        coalesce(sum(people) filter (where attempts > 0), 0)::bigint as people_attempted,
        sum(people * refused)::double as refused,
        coalesce(sum(people) filter (where refused > 0), 0)::bigint as people_refused,
        sum(people * assessed)::double as assessed,
        coalesce(sum(people) filter (where assessed > 0), 0)::bigint as people_assessed,
        sum(people * mature)::double as mature,
        coalesce(sum(people) filter (where mature > 0), 0)::bigint as people_mature
    from alike
    group by cell
),
counted as (
    select
        summed.cell,
        [
            {
                'name': 'screened_in_time', 'above': in_time, 'below': bookings, 'people': people_in_time, 'base': people,
                'value': null::double, 'unit': 'share of bookings'
            },
            {
                'name': 'screened_positive', 'above': positive, 'below': in_time, 'people': people_positive, 'base': people_in_time,
                'value': null, 'unit': 'share of screened bookings'
            },
            {
                'name': 'hours_to_screen_median', 'above': null, 'below': screened, 'people': people_screened, 'base': people,
                'value': middle.screen_quantiles[1], 'unit': 'hours'
            },
            {
                'name': 'hours_to_screen_p90', 'above': null, 'below': screened, 'people': people_screened, 'base': people,
                'value': middle.screen_quantiles[2], 'unit': 'hours'
            },
            {
                'name': 'attempts', 'above': attempts, 'below': bookings, 'people': people_attempted, 'base': people,
                'value': null, 'unit': 'attempts a booking'
            },
            {
                'name': 'refused', 'above': refused, 'below': bookings, 'people': people_refused, 'base': people,
                'value': null, 'unit': 'share of bookings'
            },
            {
                'name': 'assessed', 'above': assessed, 'below': mature, 'people': people_assessed, 'base': people_mature,
                'value': null, 'unit': 'share of positive screens'
            },
            {
                'name': 'hours_to_assessment_median', 'above': null, 'below': assessed, 'people': people_assessed, 'base': people_mature,
                'value': middle.assessment_median, 'unit': 'hours'
            }
        ] as figures
    from summed
    join middle using (cell)
),
followed as (
    select
        person_key,
        count(*) over (partition by person_key) = 1 as came_once,
        (epoch_us(first_service_at) - epoch_us(released_at)) / 3600000000 as waited,
        list_filter(cells, lambda cell: cell % 32 = 0) as cells
    from scope.shown_booking
    where
        released_at >= $cohort_start
        and released_at < $cohort_end
        and first_service_at < released_at + to_days($connect_days::integer)
        and coalesce(first_service_at <= next_booked_at, true)
        and not leaves_community
),
connected as (
    select cell, count(*)::double as below, any_value(people) as people, median(waited) as hours
    from (select waited, unnest(cells) as cell from followed)
    join (
        select cell, sum(people)::bigint as people
        from (
            select cell, count(*) as people from (select unnest(cells) as cell from followed where came_once) group by cell
            union all
            select cell, 1 as people
            from (select unnest(cells) as cell, person_key from followed where not came_once)
            group by cell, person_key
        )
        group by cell
    ) as met using (cell)
    group by cell
),
answered as (
    select
        each.figure.name as submeasure,
        cell.domain,
        cell.breakdown,
        cell.category,
        cell.race_group,
        $period_start::timestamp as period_start,
        $as_of::timestamp as period_end,
        each.figure.above as numerator,
        each.figure.below as denominator,
        each.figure.people as people,
        each.figure.base as base_people,
        coalesce(each.figure.value, if(each.figure.unit = 'hours', null, each.figure.above / nullif(each.figure.below, 0))) as value,
        each.figure.unit as unit,
        coalesce(
            case
                when each.figure.name in ('assessed', 'hours_to_assessment_median') then $assessment_reason::varchar
                when not $screens_are_known then 'screen_not_in_scope'
            when each.figure.name in ('attempts', 'refused') and not $attempts_are_known then 'screen_records_not_in_scope'
            end,
            case when coalesce(each.figure.below, 0) = 0 then 'base_zero' end
        ) as reason
    from counted
    join scope.cell using (cell)
    cross join unnest(counted.figures) as each (figure)
    union all by name
    select
        'hours_to_connect_median_' || $connect_days::integer || 'd' as submeasure,
        cell.domain,
        cell.breakdown,
        cell.category,
        cell.race_group,
        $cohort_start::timestamp as period_start,
        $cohort_end::timestamp as period_end,
        below as denominator,
        people,
        people as base_people,
        hours as value,
        'hours' as unit,
        null::varchar as reason
    from connected
    join scope.cell using (cell)
    union all by name
    select
        'hours_to_connect_median_' || $connect_days::integer || 'd' as submeasure,
        cell.domain,
        cell.breakdown,
        cell.category,
        cell.race_group,
        'hours' as unit,
        $connection_reason::varchar as reason
    from counted
    join scope.cell using (cell)
    where $connection_reason::varchar is not null and cell.breakdown = 'ALL'
)
select
    answered.* replace (
        -- A figure that rests on what the scope does not hold would read like a finding.
        if(reason is null or reason = 'base_zero', numerator, null) as numerator,
        if(reason is null or reason = 'base_zero', denominator, null) as denominator,
        if(reason is null or reason = 'base_zero', people, null) as people,
        if(reason is null, value, null) as value
    )
from answered
order by submeasure, domain, breakdown, category
