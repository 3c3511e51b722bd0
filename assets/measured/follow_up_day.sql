-- On which day after release did what happen first, and how long was each release seen where nothing did?
-- connection: a community service, against another booking and leaving the community. recidivism: another booking, against leaving.
-- Day 0 is the day of release. A release is seen until the records of both systems end.
with released as (
    select
        booking_evidence.domain,
        booking_evidence.race_group,
        booking_evidence.evidence,
        booking_evidence.smi_status,
        release_outcome.released_at,
        release_outcome.next_booked_at,
        release_outcome.first_service_at,
        release_outcome.leaves_community
    from scope.booking_evidence
    join scope.release_outcome using (domain, record_id)
    where
        booking_evidence.breakdown in ('ALL', 'race_group')
        and booking_evidence.evidence in ('ALL', 'either')
        and release_outcome.released_at >= $period_start
        and release_outcome.released_at < $seen_until
),
asked as (
    select *, unnest(['connection', 'recidivism']) as curve from released
),
first_event as (
    select
        domain,
        race_group,
        evidence,
        smi_status,
        curve,
        case
            when leaves_community then 'left_community'
            when curve = 'connection' and first_service_at < $seen_until and coalesce(first_service_at <= next_booked_at, true)
                then 'connected'
            when next_booked_at < $seen_until then 'rebooked'
            else 'censored'
        end as cause,
        case
            when leaves_community then released_at
            when curve = 'connection' and first_service_at < $seen_until and coalesce(first_service_at <= next_booked_at, true)
                then first_service_at
            when next_booked_at < $seen_until then next_booked_at
            else $seen_until
        end as first_at,
        released_at
    from asked
)
select
    curve,
    domain,
    race_group,
    evidence,
    smi_status,
    cause,
    least((epoch_us(first_at) - epoch_us(released_at)) // 86400000000, $curve_days + 1)::integer as day,
    count(*) as releases
from first_event
group by all
order by all
