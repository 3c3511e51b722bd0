-- How do the jail's delivered rows become bookings and people, and how far are we from the jail's own counts?
-- people are those behind our figure; the daily lines of the measure are summed up in the mean. place is the link domain and the facility;
-- same_step names the first line about the same people, wider_step and wider_place the first line about people who contain them.
with behind as (
    select null as domain, null as facility, count(distinct person_key) as people from linked.jail_booking
    union all
    select domain, null as facility, count(distinct person_key) as people from linked.jail_booking group by domain
    union all
    select domain, facility, count(distinct person_key) as people
    from linked.jail_booking
    where facility is not null
    group by domain, facility
),
line as (
    select
        printf('%02d %s', step.step_no, step.step) as step,
        coalesce(step.domain, 'ALL') as domain_name,
        coalesce(step.domain, 'ALL') || coalesce(' ' || step.facility, '') as place,
        step.facility,
        behind.people,
        step.ours,
        step.theirs,
        step.difference,
        step.difference_pct,
        step.period_start,
        step.period_end,
        step.reason
    from measured.reconciliation as step
    left join behind on behind.domain is not distinct from step.domain and behind.facility is not distinct from step.facility
    where step.count_date is null
),
first_line as (
    select place, min(step) as step from line group by place
)
select
    line.step,
    line.place,
    line.people,
    line.ours,
    line.theirs,
    line.difference,
    round(line.difference_pct, 2) as difference_pct,
    line.period_start::date as period_start,
    line.period_end::date as period_end,
    line.reason,
    own.step as same_step,
    line.place as same_place,
    wider.step as wider_step,
    wider.place as wider_place
from line
join first_line as own on own.place = line.place
left join first_line as wider
    on wider.place = case when line.facility is not null then line.domain_name else 'ALL' end and wider.place <> line.place
