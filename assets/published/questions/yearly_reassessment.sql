-- How do this year's Stepping Up figures compare with those of the year before, as both are known tonight? Change, not effect.
-- Everybody, and bookings of people with any evidence of serious mental illness. The hidden columns name the line of all of them.
select
    measure || ' ' || submeasure || coalesce(' in ' || domain, '') as figure,
    smi_status as who,
    measure,
    submeasure as part,
    domain,
    people,
    case when not starts_with(measure, 'average_') then base_people end as base_people,
    people_before,
    case when not starts_with(measure, 'average_') then base_people_before end as base_people_before,
    round(value, 4) as value,
    round(value_before, 4) as value_before,
    round(change, 4) as change,
    round(change_percent, 1) as change_percent,
    unit,
    period_start::date as period_start,
    period_end::date as period_end,
    case when smi_status <> 'ALL' then 'ALL' end as everybody
from measured.yearly_reassessment
where years_back = 0
    and reason is null
    and breakdown = 'ALL'
    and (evidence = 'ALL' or (evidence = 'either' and smi_status = 'positive'))
    and (measure <> 'bookings_with_smi' or evidence = 'either')
    and submeasure not in ('york_product', 'median', 'p90')
    and (measure <> 'recidivism_backward' or starts_with(submeasure, 'returned_within_'))
