-- On which day after release did what happen first, and how long was each release seen where nothing did?
-- connection: a community service, against another booking and leaving the community. recidivism: another booking, against leaving.
-- Day 0 is the day of release. A release is seen until the records of both systems end. people_first counts each person once a cause, on
-- the first day it happened to them after any of their releases; people_new counts each person once over all causes.
with released as (
    select booking_no, person_no, released_at, next_booked_at, first_service_at, leaves_community
    from scope.counted_booking
    where released_at >= $period_start and released_at < $seen_until
),
asked as (
    select *, unnest(['connection', 'recidivism']) as curve from released
),
first_event as (
    select
        booking_no,
        person_no,
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
),
placed as (
    select
        curve,
        booking_cell.cell,
        person_no,
        cause,
        least((epoch_us(first_at) - epoch_us(released_at)) // 86400000000, $curve_days + 1)::integer as day,
        count(*) as releases
    from first_event
    join scope.booking_cell using (booking_no)
    join scope.cell using (cell)
    where cell.breakdown in ('ALL', 'race_group') and cell.evidence in ('ALL', 'either')
    group by all
),
numbered as (
    select
        *,
        row_number() over (partition by curve, cell, person_no, cause order by day) = 1 as is_first,
        row_number() over (partition by curve, cell, person_no order by day, cause) = 1 as is_new
    from placed
)
select
    curve,
    cell.domain,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    cause,
    day,
    sum(releases)::bigint as releases,
    count(*) filter (where is_first) as people_first,
    count(*) filter (where is_new) as people_new
from numbered
join scope.cell using (cell)
group by all
order by all
