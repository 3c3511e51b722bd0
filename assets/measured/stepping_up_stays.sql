-- Measure 2: how long do people stay whose release falls in the period, with and without evidence of serious mental illness?
-- Length of stay is of releases (York). Stays that end before they begin have no length and are left out.
with released as (
    select
        *,
        epoch_us(released_at) - epoch_us(booked_at) as stay
    from scope.booking_evidence
    where released_at >= $period_start and released_at < $period_end and not is_detail
),
summed as (
    select
        domain,
        breakdown,
        category,
        any_value(race_group) as race_group,
        evidence,
        smi_status,
        count(*) as releases,
        count(distinct person_key) as people,
        sum(stay) / 86400000000 as days,
        median(stay) / 86400000000 as median_days,
        quantile_cont(stay, 0.9) / 86400000000 as p90_days
    from released
    group by domain, breakdown, category, evidence, smi_status
)
select
    'average_length_of_stay' as measure,
    each.submeasure,
    summed.domain,
    summed.breakdown,
    summed.category,
    summed.race_group,
    summed.evidence,
    summed.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    case each.submeasure when 'mean' then summed.days end as numerator,
    summed.releases as denominator,
    summed.people,
    summed.people as base_people,
    case each.submeasure
        when 'mean' then summed.days / summed.releases
        when 'median' then summed.median_days
        else summed.p90_days
    end as value,
    'days' as unit
from summed
cross join unnest(['mean', 'median', 'p90']) as each (submeasure)
