-- Measure 2: how many people were in custody on an average day of the period?
-- Custody-days in the period divided by its days; somebody held on two bookings at once counts once.
with clipped as (
    select
        domain,
        race_group,
        evidence,
        smi_status,
        person_key,
        record_id,
        epoch_us(greatest(booked_at, $period_start)) as begins,
        epoch_us(coalesce(released_at, $as_of)) as ends
    from scope.booking_evidence
    where not end_is_impossible and coalesce(released_at, $as_of) > $period_start
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by domain, race_group, evidence, smi_status, person_key
            order by begins, ends, record_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
)
select
    'average_daily_population' as measure,
    'custody_days_per_day' as submeasure,
    domain,
    race_group,
    evidence,
    smi_status,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    sum(greatest(0, ends - greatest(begins, covered_to))) / 86400000000 as numerator,
    (epoch_us($as_of) - epoch_us($period_start)) / 86400000000 as denominator,
    count(distinct person_key) as people,
    count(distinct person_key) as base_people,
    sum(greatest(0, ends - greatest(begins, covered_to))) / (epoch_us($as_of) - epoch_us($period_start)) as value,
    'people' as unit
from uncovered
group by domain, race_group, evidence, smi_status
