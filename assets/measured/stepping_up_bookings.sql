-- Measure 1: how many bookings are of people with evidence of serious mental illness, by kind of evidence?
-- Positive, negative and unknown are shown beside each other and add up to the bookings of the group.
with booked as (
    select * from scope.booking_evidence where booked_at >= $period_start and booked_at < $period_end
),
whole as (
    select domain, breakdown, category, evidence, any_value(race_group) as race_group, count(*) as bookings,
        count(distinct person_key) as people
    from booked
    group by domain, breakdown, category, evidence
),
-- What somebody's evidence says after three days is a share of those still held then; everything else is a share of all bookings.
status as (
    select whole.*, each.smi_status
    from whole
    cross join unnest(if(whole.evidence = 'ALL', ['ALL'], ['positive', 'negative', 'unknown'])) as each (smi_status)
),
counted as (
    select domain, breakdown, category, evidence, smi_status, count(*) as bookings, count(distinct person_key) as people
    from booked
    group by all
)
select
    'bookings_with_smi' as measure,
    'bookings' as submeasure,
    status.domain,
    status.breakdown,
    status.category,
    status.race_group,
    status.evidence,
    status.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    coalesce(counted.bookings, 0) as numerator,
    status.bookings as denominator,
    coalesce(counted.people, 0) as people,
    status.people as base_people,
    coalesce(counted.bookings, 0) / status.bookings as value,
    if(status.evidence = 'landmark', 'share of bookings still held', 'share of bookings') as unit
from status
left join counted using (domain, breakdown, category, evidence, smi_status)
