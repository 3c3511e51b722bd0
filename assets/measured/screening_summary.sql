-- How soon and how often are people screened, assessed and connected, overall and by every breakdown?
-- People without a screen are shown, never left out: they are the base of "screened". Assessment and connection are asked only of those
-- whose follow-up is complete.
with booked as (
    select * from scope.counted_booking where booked_at >= $period_start and booked_at < $as_of
),
assessment as (
    select domain, person_key, start_at
    from scope.matched_contact
    where filter_id = 'assessment' and known_at < $as_of and coalesce(uncounted_from >= $as_of, true)
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
        *,
        first_screened_at >= booked_at and screen <> 'unknown' as is_screened,
        is_mature and coalesce(assessed_at < first_positive_at + to_days($assess_days::integer), false) as is_assessed,
        (epoch_us(first_screened_at) - epoch_us(booked_at)) / 3600000000 as hours_to_screen,
        (epoch_us(assessed_at) - epoch_us(first_positive_at)) / 3600000000 as hours_to_assessment
    from assessed
),
counted as (
    select
        booking_cell.cell,
        [
            {
                'name': 'screened_in_time', 'above': count(*) filter (where screen <> 'unknown')::double, 'below': count(*)::double,
                'people': count(distinct person_no) filter (where screen <> 'unknown'), 'base': count(distinct person_no),
                'value': null::double, 'unit': 'share of bookings'
            },
            {
                'name': 'screened_positive', 'above': count(*) filter (where screen = 'positive')::double,
                'below': count(*) filter (where screen <> 'unknown')::double,
                'people': count(distinct person_no) filter (where screen = 'positive'),
                'base': count(distinct person_no) filter (where screen <> 'unknown'), 'value': null, 'unit': 'share of screened bookings'
            },
            {
                'name': 'hours_to_screen_median', 'above': null, 'below': count(*) filter (where is_screened)::double,
                'people': count(distinct person_no) filter (where is_screened), 'base': count(distinct person_no),
                'value': median(hours_to_screen) filter (where is_screened), 'unit': 'hours'
            },
            {
                'name': 'hours_to_screen_p90', 'above': null, 'below': count(*) filter (where is_screened)::double,
                'people': count(distinct person_no) filter (where is_screened), 'base': count(distinct person_no),
                'value': quantile_cont(hours_to_screen, 0.9) filter (where is_screened), 'unit': 'hours'
            },
            {
                'name': 'attempts', 'above': coalesce(sum(screen_attempts), 0)::double, 'below': count(*)::double,
                'people': count(distinct person_no) filter (where screen_attempts > 0), 'base': count(distinct person_no),
                'value': null, 'unit': 'attempts a booking'
            },
            {
                'name': 'refused', 'above': count(*) filter (where screens_refused > 0)::double, 'below': count(*)::double,
                'people': count(distinct person_no) filter (where screens_refused > 0), 'base': count(distinct person_no),
                'value': null, 'unit': 'share of bookings'
            },
            {
                'name': 'assessed', 'above': count(*) filter (where is_assessed)::double, 'below': count(*) filter (where is_mature)::double,
                'people': count(distinct person_no) filter (where is_assessed),
                'base': count(distinct person_no) filter (where is_mature), 'value': null, 'unit': 'share of positive screens'
            },
            {
                'name': 'hours_to_assessment_median', 'above': null, 'below': count(*) filter (where is_assessed)::double,
                'people': count(distinct person_no) filter (where is_assessed),
                'base': count(distinct person_no) filter (where is_mature),
                'value': median(hours_to_assessment) filter (where is_assessed), 'unit': 'hours'
            }
        ] as figures
    from timed
    join scope.booking_cell using (booking_no)
    join scope.cell on cell.cell = booking_cell.cell and cell.evidence = 'ALL'
    group by booking_cell.cell
),
connected as (
    select
        booking_cell.cell,
        count(*)::double as below,
        count(distinct booking.person_no) as people,
        median((epoch_us(booking.first_service_at) - epoch_us(booking.released_at)) / 3600000000) as hours
    from scope.counted_booking as booking
    join scope.booking_cell using (booking_no)
    join scope.cell on cell.cell = booking_cell.cell and cell.evidence = 'ALL'
    where
        booking.released_at >= $period_start
        and coalesce(booking.first_service_at <= booking.next_booked_at, booking.first_service_at is not null)
        and not booking.leaves_community
    group by booking_cell.cell
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
        'hours_to_connect_median' as submeasure,
        cell.domain,
        cell.breakdown,
        cell.category,
        cell.race_group,
        $period_start::timestamp as period_start,
        $as_of::timestamp as period_end,
        below as denominator,
        people,
        people as base_people,
        hours as value,
        'hours' as unit,
        $connection_reason::varchar as reason
    from connected
    join scope.cell using (cell)
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
