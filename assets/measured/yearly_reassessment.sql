-- How does each figure of Stepping Up compare with the same figure of the periods a year apart, as it is known tonight?
-- Change, not effect. A figure that either period does not have has no change.
with figure as (
    select stepping_up_year.*
    from scope.stepping_up_year
    join scope.evidence_reason using (evidence)
    where stepping_up_year.reason is null and evidence_reason.reason is null
)
select
    later.measure,
    later.submeasure,
    later.domain,
    later.breakdown,
    later.category,
    later.evidence,
    later.smi_status,
    later.years_back,
    later.period_start,
    later.period_end,
    later.numerator,
    later.denominator,
    later.people,
    later.base_people,
    later.value,
    later.unit,
    earlier.numerator as numerator_before,
    earlier.denominator as denominator_before,
    earlier.people as people_before,
    earlier.base_people as base_people_before,
    earlier.value as value_before,
    later.value - earlier.value as change,
    100 * (later.value - earlier.value) / nullif(earlier.value, 0) as change_percent,
    100 * (later.numerator - earlier.numerator) / nullif(earlier.numerator, 0) as change_percent_of_numerator,
    case when earlier.measure is null then 'no_period_before' end as reason
from figure as later
left join figure as earlier
    on earlier.measure = later.measure
    and earlier.submeasure = later.submeasure
    and earlier.domain is not distinct from later.domain
    and earlier.breakdown = later.breakdown
    and earlier.category = later.category
    and earlier.evidence = later.evidence
    and earlier.smi_status = later.smi_status
    and earlier.years_back = later.years_back + 1
order by all
