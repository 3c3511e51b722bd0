-- Which bookings had been made before the as-of moment, and what was known of each at that moment?
-- One row a booking record. A release at or after the as-of moment has not happened yet; a release before its booking is no release.
with
-- Held at the moment, on a stay that will turn out too short to count: only now it counts, for the person's other bookings too.
brief as (
    select domain, person_key, booking_no, booked_at from scope.booking_ready where booked_at < $as_of and uncounted_from >= $as_of
),
beside as (
    select
        known.booking_no,
        min(brief.booked_at) filter (where known.released_at < $as_of and brief.booked_at > known.released_at) as next_booked_at,
        max(brief.booked_at) filter (where (brief.booked_at, brief.booking_no) < (known.booked_at, known.booking_no)) as previous_booked_at
    from scope.booking_ready as known
    join brief using (domain, person_key)
    where known.booked_at < $as_of
    group by known.booking_no
),
known as (
    select
        booking_ready.* exclude (
            uncounted_from, last_screened_at, screen_attempts, screens_refused, first_screened_at, first_positive_at, bjmhs_positive,
            screen_positive, early_positive, landmark_positive
        ) replace (
            case when booking_ready.released_at < $as_of then booking_ready.released_at end as released_at,
            case when booking_ready.released_at < $as_of then booking_ready.release_type end as release_type,
            case
                when booking_ready.released_at < $as_of
                    then least(
                        case when booking_ready.next_booked_at < $as_of then booking_ready.next_booked_at end, beside.next_booked_at
                    )
            end as next_booked_at,
            greatest(
                case
                    when booking_ready.previous_custody_until is not null
                        then least(booking_ready.previous_custody_until, $as_of::timestamp)
                end,
                case when beside.previous_booked_at is not null then $as_of::timestamp end
            ) as previous_custody_until,
            greatest(booking_ready.previous_booked_at, beside.previous_booked_at) as previous_booked_at
        ),
        coalesce(booking_ready.uncounted_from >= $as_of, true) as is_counted,
        booking_ready.last_screened_at >= $as_of as is_late,
        if(is_late, late.screen_attempts, booking_ready.screen_attempts) as screen_attempts,
        if(is_late, late.screens_refused, booking_ready.screens_refused) as screens_refused,
        if(is_late, late.first_screened_at, booking_ready.first_screened_at) as first_screened_at,
        if(is_late, late.first_positive_at, booking_ready.first_positive_at) as first_positive_at,
        if(is_late, late.bjmhs_positive, booking_ready.bjmhs_positive) as bjmhs_positive,
        if(is_late, late.screen_positive, booking_ready.screen_positive) as screen_positive,
        if(is_late, late.early_positive, booking_ready.early_positive) as early_positive,
        if(is_late, late.landmark_positive, booking_ready.landmark_positive) as landmark_positive
    from scope.booking_ready
    left join beside using (booking_no)
    left join scope.booking_screened_late as late using (booking_no)
    where booking_ready.booked_at < $as_of
),
judged as (
    select
        * exclude (is_late, bjmhs_positive, screen_positive),
        case when bjmhs_positive then 'positive' when not bjmhs_positive then 'negative' else 'unknown' end as bjmhs,
        case when screen_positive then 'positive' when not screen_positive then 'negative' else 'unknown' end as screen
    from known
)
select
    * exclude (early_positive, landmark_positive),
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
