-- Which bookings had been made before the as-of moment, and what was known of each at that moment?
-- One row a booking record. A release at or after the as-of moment has not happened yet; a release before its booking is no release.
with known as (
    select
        * replace (
            case when released_at < $as_of then released_at end as released_at,
            case when released_at < $as_of then release_type end as release_type
        ),
        coalesce(uncounted_from >= $as_of, true) as is_counted
    from scope.booking_known
    where booked_at < $as_of
),
screen as (
    select
        booking_screen.*,
        booking_screen.result in ('positive', 'negative') as is_completed,
        booking_screen.screened_at < known.booked_at + to_hours($screened_within_hours::integer) as in_time,
        booking_screen.screened_at < known.booked_at + to_hours($early_hours::integer) as is_early,
        booking_screen.screened_at < known.booked_at + to_hours($landmark_hours::integer) as before_landmark,
        list_contains($screens::varchar[], booking_screen.screen) as is_evidence
    from scope.booking_screen
    join known using (booking_no)
    where booking_screen.screened_at < $as_of
),
screened as (
    select
        booking_no,
        count(*) as screen_attempts,
        count(*) filter (where result = 'refused') as screens_refused,
        min(screened_at) filter (where is_completed and is_evidence) as first_screened_at,
        min(screened_at) filter (where result = 'positive' and is_evidence and in_time) as first_positive_at,
        bool_or(result = 'positive') filter (where is_completed and in_time and screen = 'bjmhs') as bjmhs_positive,
        bool_or(result = 'positive') filter (where is_completed and in_time and is_evidence) as screen_positive,
        bool_or(result = 'positive') filter (where is_completed and is_early and is_evidence) as early_positive,
        bool_or(result = 'positive') filter (where is_completed and before_landmark and is_evidence) as landmark_positive
    from screen
    group by booking_no
),
-- Held at the moment, on a stay that will turn out too short to count: only now it counts, for the person's other bookings too.
brief as (
    select domain, person_key, booking_no, booked_at from known where uncounted_from >= $as_of
),
beside as (
    select
        known.booking_no,
        min(brief.booked_at) filter (where brief.booked_at > known.released_at) as next_booked_at,
        max(brief.booked_at) filter (where (brief.booked_at, brief.booking_no) < (known.booked_at, known.booking_no)) as previous_booked_at
    from known
    join brief using (domain, person_key)
    group by known.booking_no
),
judged as (
    select
        known.* exclude (uncounted_from) replace (
            case
                when known.released_at is not null
                    then least(case when known.next_booked_at < $as_of then known.next_booked_at end, beside.next_booked_at)
            end as next_booked_at,
            greatest(
                case when known.previous_custody_until is not null then least(known.previous_custody_until, $as_of::timestamp) end,
                case when beside.previous_booked_at is not null then $as_of::timestamp end
            ) as previous_custody_until,
            greatest(known.previous_booked_at, beside.previous_booked_at) as previous_booked_at
        ),
        screened.* exclude (booking_no),
        case when screened.bjmhs_positive then 'positive' when not screened.bjmhs_positive then 'negative' else 'unknown' end as bjmhs,
        case when screened.screen_positive then 'positive' when not screened.screen_positive then 'negative' else 'unknown' end as screen
    from known
    left join beside using (booking_no)
    left join screened using (booking_no)
)
select
    *,
    case
        when bjmhs = 'positive' or screen = 'positive' or smi_dx_proxy = 'positive' then 'positive'
        when bjmhs = 'negative' or screen = 'negative' or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as either,
    case
        when early_positive or smi_dx_proxy = 'positive' then 'positive'
        when not early_positive or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as evidence_early,
    -- Of those still held at the landmark; who had left before has no answer and is not in its base.
    case
        when end_is_impossible or booked_at + to_hours($landmark_hours::integer) > $as_of
            or released_at < booked_at + to_hours($landmark_hours::integer) then null
        when landmark_positive or smi_dx_proxy = 'positive' then 'positive'
        when not landmark_positive or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as landmark
from judged
