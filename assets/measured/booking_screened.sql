-- What do the screens say that were given at each booking before a moment?
-- only_late asks again of the few bookings that were made before it and screened after it.
with screen as (
    select
        booking_screen.booking_no,
        booking_screen.result,
        booking_screen.screened_at,
        booking_screen.screen,
        booking_screen.result in ('positive', 'negative') as is_completed,
        booking_screen.screened_at < booking_known.booked_at + to_hours($screened_within_hours::integer) as in_time,
        booking_screen.screened_at < booking_known.booked_at + to_hours($early_hours::integer) as is_early,
        booking_screen.screened_at < booking_known.booked_at + to_hours($landmark_hours::integer) as before_landmark,
        list_contains($screens::varchar[], booking_screen.screen) as is_evidence
    from scope.booking_screen
    join scope.booking_known using (booking_no)
    where
        booking_screen.screened_at < $said_before::timestamp
        and (
            not $only_late
            or booking_screen.booking_no in (
                select late.booking_no
                from scope.booking_screen as late
                join scope.booking_known as made using (booking_no)
                where late.screened_at >= $said_before::timestamp and made.booked_at < $said_before::timestamp
            )
        )
)
select
    booking_no,
    count(*) as screen_attempts,
    count(*) filter (where result = 'refused') as screens_refused,
    max(screened_at) as last_screened_at,
    min(screened_at) filter (where is_completed and is_evidence) as first_screened_at,
    min(screened_at) filter (where result = 'positive' and is_evidence and in_time) as first_positive_at,
    bool_or(result = 'positive') filter (where is_completed and in_time and screen = 'bjmhs') as bjmhs_positive,
    bool_or(result = 'positive') filter (where is_completed and in_time and is_evidence) as screen_positive,
    bool_or(result = 'positive') filter (where is_completed and is_early and is_evidence) as early_positive,
    bool_or(result = 'positive') filter (where is_completed and before_landmark and is_evidence) as landmark_positive
from screen
group by booking_no
