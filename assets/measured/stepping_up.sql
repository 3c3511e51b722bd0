-- What do Stepping Up's four measures say, overall and by race group, and where can this scope not say?
-- Evidence that the scope does not hold has no figure at all: "unknown for everybody" would read like a finding.
select
    draft.measure,
    draft.submeasure,
    draft.domain,
    draft.breakdown,
    draft.category,
    draft.race_group,
    draft.evidence,
    draft.smi_status,
    draft.period_start,
    draft.period_end,
    draft.numerator,
    draft.denominator,
    draft.people,
    draft.base_people,
    draft.value,
    draft.unit,
    draft.base_total,
    draft.base_linkable,
    draft.value_if_none,
    draft.value_if_all,
    draft.excluded,
    draft.reason,
    draft.largest,
    draft.second_largest
from scope.stepping_up_draft as draft
join scope.evidence_reason using (evidence)
where evidence_reason.reason is null
union all by name
select
    draft.measure,
    draft.submeasure,
    draft.domain,
    draft.breakdown,
    draft.category,
    draft.race_group,
    draft.evidence,
    null::varchar as smi_status,
    draft.period_start,
    draft.period_end,
    draft.unit,
    any_value(evidence_reason.reason) as reason
from scope.stepping_up_draft as draft
join scope.evidence_reason using (evidence)
where evidence_reason.reason is not null
group by all
order by measure, submeasure, domain, breakdown, category, evidence, smi_status
