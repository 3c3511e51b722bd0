-- On which day after release did what happen first, and how long was each release seen where nothing did?
-- connection: a community service, against another booking and leaving the community. recidivism: another booking, against leaving.
-- Day 0 is the day of release. A release is seen until the records of both systems end. people_first counts each person once a cause, on
-- the first day it happened to them after any of their releases; people_new counts each person once over all causes.
with released as (
    select
        person_key,
        count(*) over (partition by person_key) = 1 as came_once,
        list_filter(cells_by_race, lambda cell: cell % 32 < 8) as cells, -- of everybody, and by what any evidence says
        released_at,
        next_booked_at,
        first_service_at,
        leaves_community
    from scope.shown_booking
    where released_at >= $period_start and released_at < $seen_until
),
asked as (
    select *, unnest(['connection', 'recidivism']) as curve from released
),
first_event as (
    select
        *,
        case
            when leaves_community then 3
            when curve = 'connection' and first_service_at < $seen_until and coalesce(first_service_at <= next_booked_at, true) then 2
            when next_booked_at < $seen_until then 4
            else 1
        end as cause_no
    from asked
),
dated as (
    select
        *,
        case cause_no when 1 then $seen_until when 2 then first_service_at when 3 then released_at else next_booked_at end as first_at
    from first_event
),
placed as (
    select
        curve,
        person_key,
        came_once,
        cause_no,
        least((epoch_us(first_at) - epoch_us(released_at)) // 86400000000, $curve_days + 1)::integer as day,
        unnest(cells) as cell
    from dated
),
counted as (
    select curve, cell, cause_no, day, count(*) as releases, count(*) filter (where came_once) as once
    from placed
    group by curve, cell, cause_no, day
),
-- Most people have one release: who they are is asked only of the others.
by_cause as (
    select curve, cell, cause_no, day, count(*) as people
    from (
        select curve, cell, person_key, cause_no, min(day) as day
        from placed
        where not came_once
        group by curve, cell, person_key, cause_no
    )
    group by curve, cell, cause_no, day
),
-- Of causes of one day the first by name.
by_any as (
    select curve, cell, first_no % 10 as cause_no, first_no // 10 as day, count(*) as people
    from (
        select curve, cell, person_key, min(day * 10 + cause_no) as first_no
        from placed
        where not came_once
        group by curve, cell, person_key
    )
    group by curve, cell, first_no
)
select
    counted.curve,
    cell.domain,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    ['censored', 'connected', 'left_community', 'rebooked'][counted.cause_no] as cause,
    counted.day,
    counted.releases,
    counted.once + coalesce(by_cause.people, 0) as people_first,
    counted.once + coalesce(by_any.people, 0) as people_new
from counted
join scope.cell using (cell)
left join by_cause using (curve, cell, cause_no, day)
left join by_any using (curve, cell, cause_no, day)
order by all
