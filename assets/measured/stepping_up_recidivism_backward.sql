-- Measure 4, backward (York): how many admissions follow an earlier admission of the same person within so many days?
with admitted as (
    select
        *,
        coalesce(previous_booked_at >= booked_at - to_days($backward_days::integer), false) as is_return
    from scope.booking_evidence
    where booked_at >= $period_start
)
select
    'recidivism_backward' as measure,
    'returned_within_' || $backward_days::integer || 'd' as submeasure,
    domain,
    race_group,
    evidence,
    smi_status,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    count(*) filter (where is_return) as numerator,
    count(*) as denominator,
    count(distinct person_key) filter (where is_return) as people,
    count(distinct person_key) as base_people,
    count(*) filter (where is_return) / count(*) as value,
    'share of admissions' as unit
from admitted
group by domain, race_group, evidence, smi_status
