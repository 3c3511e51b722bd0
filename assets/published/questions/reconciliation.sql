-- How do the jail's delivered rows become bookings and people, and how far are we from the jail's own counts?
-- people are those behind our figure; the daily lines of the measure are summed up in the mean.
with behind as (
    select domain, null as facility, count(distinct person_key) as people from linked.jail_booking group by domain
    union all
    select domain, facility, count(distinct person_key) as people
    from linked.jail_booking
    where facility is not null
    group by domain, facility
),
known as (
    select count(distinct person_key) as people from linked.jail_booking
)
select
    printf('%02d %s%s', step.step_no, step.step, coalesce(' in ' || step.domain, '')) as step,
    coalesce(step.facility, 'ALL') as facility,
    step.period_start::date as period_start,
    step.period_end::date as period_end,
    coalesce(behind.people, known.people) as people,
    step.ours,
    step.theirs,
    step.difference,
    round(step.difference_pct, 2) as difference_pct,
    step.reason
from measured.reconciliation as step
cross join known
left join behind on behind.domain = step.domain and behind.facility is not distinct from step.facility
where step.count_date is null
