-- Measure 4, backward: how many admissions follow an earlier admission, or earlier custody, of the same person within so many days?
-- York asks for an earlier admission; Justice Counts for somebody in custody at any time in the days before. Two questions, two names.
with admitted as (
    select
        *,
        coalesce(
            if($since_custody, previous_custody_until, previous_booked_at) >= booked_at - to_days($backward_days::integer), false
        ) as is_return
    from scope.booking_evidence
    where booked_at >= $period_start and booked_at < $period_end and not is_detail
)
select
    'recidivism_backward' as measure,
    $submeasure::varchar as submeasure,
    domain,
    breakdown,
    category,
    any_value(race_group) as race_group,
    evidence,
    smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    count(*) filter (where is_return) as numerator,
    count(*) as denominator,
    count(distinct person_key) filter (where is_return) as people,
    count(distinct person_key) as base_people,
    count(*) filter (where is_return) / count(*) as value,
    'share of admissions' as unit
from admitted
group by domain, breakdown, category, evidence, smi_status
