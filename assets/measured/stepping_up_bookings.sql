-- Measure 1: how many bookings are of people with evidence of serious mental illness, by kind of evidence?
-- Positive, negative and unknown are shown beside each other and add up to the bookings of the group.
with booked as (
    select * from scope.booking_evidence where booked_at >= $period_start
),
whole as (
    select domain, race_group, count(*) as bookings, count(distinct person_key) as people
    from booked
    where evidence = 'ALL'
    group by all
),
status as (
    select evidence, smi_status from (
        select unnest(['bjmhs', 'smi_dx_proxy', 'either']) as evidence, ['positive', 'negative', 'unknown'] as statuses
    ), unnest(statuses) as each (smi_status)
    union all
    select 'ALL', 'ALL'
),
counted as (
    select domain, race_group, evidence, smi_status, count(*) as bookings, count(distinct person_key) as people
    from booked
    group by all
)
select
    'bookings_with_smi' as measure,
    'bookings' as submeasure,
    whole.domain,
    whole.race_group,
    status.evidence,
    status.smi_status,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    coalesce(counted.bookings, 0) as numerator,
    whole.bookings as denominator,
    coalesce(counted.people, 0) as people,
    whole.people as base_people,
    coalesce(counted.bookings, 0) / whole.bookings as value,
    'share of bookings' as unit
from whole
cross join status
left join counted using (domain, race_group, evidence, smi_status)
