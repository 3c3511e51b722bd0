-- On which day after release did what happen first, and how long was each release seen where nothing did?
-- connection: a community service, against another booking and leaving the community. recidivism: another booking, against leaving.
-- Day 0 is the day of release. A release is seen until the records of both systems end.
with released as (
    select booking_no, released_at, next_booked_at, first_service_at, leaves_community
    from scope.counted_booking
    where released_at >= $period_start and released_at < $seen_until
),
asked as (
    select *, unnest(['connection', 'recidivism']) as curve from released
),
first_event as (
    select
        booking_no,
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
    cell.domain,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    cause,
    least((epoch_us(first_at) - epoch_us(released_at)) // 86400000000, $curve_days + 1)::integer as day,
    count(*) as releases
from first_event
join scope.booking_cell using (booking_no)
join scope.cell using (cell)
where cell.breakdown in ('ALL', 'race_group') and cell.evidence in ('ALL', 'either')
group by all
order by all
