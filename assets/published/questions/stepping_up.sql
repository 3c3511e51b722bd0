-- How does the county stand on the four Stepping Up measures: overall, by race group, and by evidence of serious mental illness?
-- who is what the named evidence says of the booking: positive, negative, unknown, or ALL of them. Lines of one figure differ only in
-- group and who, so that they add up. people are behind the numerator, base_people behind the denominator; where a figure has no part, or
-- its whole is its line ALL, base_people is empty.
with asked as (
    select
        *,
        measure || coalesce(' ' || submeasure, '') || coalesce(' in ' || domain, '') as asked,
        measure = 'bookings_with_smi' as is_share_of_all,
        measure in ('average_daily_population', 'average_length_of_stay') as is_amount
    from measured.stepping_up
    -- What is shown by age, facility or charge, and other ways of counting the same thing, stays with the integrator: too many small cells.
    where reason is null
        and breakdown in ('ALL', 'race_group')
        and submeasure <> 'york_product'
        and (measure <> 'recidivism_backward' or starts_with(submeasure, 'returned_within_'))
),
-- Each measure is shown by what either kind of evidence says; bookings also by each kind alone.
shown as (
    select asked.*, kind.evidence as shown_by
    from asked
    join (select unnest(['either', 'bjmhs', 'smi_dx_proxy']) as evidence) as kind
        on kind.evidence = asked.evidence or asked.evidence = 'ALL'
    where kind.evidence = 'either' or asked.is_share_of_all
),
-- Follow-up figures of one cohort share their base.
cohort as (
    select measure, domain, period_start, period_end, min(asked || ' by ' || shown_by) as figure
    from shown
    where not is_share_of_all and not is_amount
    group by all
)
select
    shown.asked || ' by ' || shown.shown_by as figure,
    shown.race_group,
    shown.smi_status as who,
    shown.measure,
    shown.submeasure as part,
    shown.domain,
    shown.shown_by as evidence,
    shown.people,
    case when not shown.is_share_of_all and not shown.is_amount then shown.base_people end as base_people,
    shown.numerator,
    shown.denominator,
    round(shown.value, 4) as value,
    shown.unit,
    floor(100 * shown.value_if_none) / 100 as value_if_none,
    ceil(100 * shown.value_if_all) / 100 as value_if_all,
    shown.period_start::date as period_start,
    shown.period_end::date as period_end,
    case when shown.is_share_of_all then 'ALL' else shown.smi_status end as share_of,
    case when shown.is_share_of_all and shown.shown_by <> 'either' and shown.smi_status in ('ALL', 'positive')
        then shown.asked || ' by either'
    end as wider_figure,
    shown.largest,
    shown.second_largest,
    case when cohort.figure <> shown.asked || ' by ' || shown.shown_by then cohort.figure end as cohort_figure
from shown
left join cohort
    on cohort.measure = shown.measure
    and cohort.domain is not distinct from shown.domain
    and cohort.period_start = shown.period_start
    and cohort.period_end = shown.period_end
    and not shown.is_share_of_all
    and not shown.is_amount
