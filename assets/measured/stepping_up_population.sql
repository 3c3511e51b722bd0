-- Measure 2: how many people were in custody on an average day of the period?
-- Custody-days in the period divided by its days; somebody held on two bookings at once counts once.
with clipped as (
    select
        domain,
        breakdown,
        category,
        race_group,
        evidence,
        smi_status,
        person_key,
        record_id,
        epoch_us(greatest(booked_at, $period_start)) as begins,
        epoch_us(least(coalesce(released_at, $period_end), $period_end)) as ends
    from scope.booking_evidence
    where not end_is_impossible and booked_at < $period_end and coalesce(released_at, $period_end) > $period_start and not is_detail
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by domain, breakdown, category, evidence, smi_status, person_key
            order by begins, ends, record_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
),
held as (
    select
        domain,
        breakdown,
        category,
        any_value(race_group) as race_group,
        evidence,
        smi_status,
        count(distinct person_key) as people,
        sum(greatest(0, ends - greatest(begins, covered_to))) as held_for
    from uncovered
    group by domain, breakdown, category, evidence, smi_status
),
-- York's product: bookings times the mean stay of releases over days. It is a forecast of the same thing and differs while the jail fills.
product as (
    select domain, breakdown, category, evidence, smi_status,
        count(*) filter (where booked_at >= $period_start and booked_at < $period_end) as bookings,
        avg(epoch_us(released_at) - epoch_us(booked_at)) filter (where released_at >= $period_start and released_at < $period_end) as stay
    from scope.booking_evidence
    where not is_detail
    group by domain, breakdown, category, evidence, smi_status
)
select
    'average_daily_population' as measure,
    each.submeasure,
    held.domain,
    held.breakdown,
    held.category,
    held.race_group,
    held.evidence,
    held.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    if(each.submeasure = 'york_product', product.bookings * product.stay, held.held_for) / 86400000000 as numerator,
    (epoch_us($period_end) - epoch_us($period_start)) / 86400000000 as denominator,
    held.people,
    held.people as base_people,
    if(each.submeasure = 'york_product', product.bookings * product.stay, held.held_for)
    / (epoch_us($period_end) - epoch_us($period_start)) as value,
    'people' as unit
from held
left join product using (domain, breakdown, category, evidence, smi_status)
cross join unnest(['custody_days_per_day', 'york_product']) as each (submeasure)
where each.submeasure = 'custody_days_per_day' or product.stay is not null
