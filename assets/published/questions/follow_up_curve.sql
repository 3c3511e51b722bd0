-- To how many people has it happened by which day after release: a community service, or another booking, when either may come first?
-- The share is of releases (Aalen-Johansen); people are counted once beside it. The hidden columns name the line about the same people and the
-- line of a later day, which contains them.
with named as (
    select *, curve || ' ' || cause || coalesce(' in ' || domain, '') as outcome
    from measured.follow_up_curve
    where method = 'aalen_johansen'
        and race_group = 'ALL'
        and (curve, cause) in (('connection', 'connected'), ('recidivism', 'rebooked'))
        and (evidence = 'ALL' or (evidence = 'either' and smi_status = 'positive'))
        and day in (7, 30, 90, 180, 365)
)
select
    outcome,
    smi_status as who,
    day,
    people,
    people_with_event,
    round(100 * share, 1) as percent,
    round(100 * share_lower, 1) as percent_lower,
    round(100 * share_upper, 1) as percent_upper,
    period_start::date as period_start,
    seen_until::date as seen_until,
    min(outcome) over (partition by domain, smi_status) as first_outcome,
    min(day) over (partition by domain, smi_status) as first_day,
    lead(day) over (partition by outcome, smi_status order by day) as later_day,
    case when smi_status <> 'ALL' then 'ALL' end as everybody
from named
