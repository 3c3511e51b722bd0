-- How do the jail's delivered rows become bookings and people, and how far are we from the jail's own counts?
-- Link domains are added up: a person who may not be linked is in custody all the same. people are those behind our figure; same_step names
-- the first line about the same people, wider_step the first line about people who contain them.
with behind as (
    select 'ALL' as place, count(distinct person_key) as people from linked.jail_booking
    union all
    select facility as place, count(distinct person_key) as people from linked.jail_booking where facility is not null group by facility
),
line as (
    select
        printf('%02d %s', step_no, step) as step,
        coalesce(facility, 'ALL') as place,
        sum(ours) as ours,
        any_value(theirs) as theirs,
        any_value(period_start) as period_start,
        any_value(period_end) as period_end,
        any_value(reason) as reason
    from measured.reconciliation
    where count_date is null
    group by all
)
select
    line.step,
    line.place,
    behind.people,
    line.ours,
    line.theirs,
    line.ours - line.theirs as difference,
    round(100 * (line.ours - line.theirs) / nullif(line.theirs, 0), 2) as difference_pct,
    line.period_start::date as period_start,
    line.period_end::date as period_end,
    line.reason,
    min(line.step) over (partition by line.place) as same_step,
    line.place as same_place,
    case when line.place <> 'ALL' then min(line.step) filter (where line.place = 'ALL') over () end as wider_step,
    case when line.place <> 'ALL' then 'ALL' end as wider_place
from line
left join behind on behind.place = line.place
