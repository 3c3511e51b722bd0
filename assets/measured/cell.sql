-- Which combinations of category, evidence and status can a booking be shown in?
-- Breakdowns other than race are shown by what any evidence says. cell is split_no * 32 + evidence_no * 4 + status_no.
select
    split.split_no * 32 + evidence.evidence_no * 4 + status.status_no as cell,
    split.domain,
    split.breakdown,
    split.category,
    split.race_group,
    evidence.evidence,
    status.smi_status,
    evidence.evidence in ('screen', 'evidence_early', 'landmark') as is_detail
from scope.split
cross join (
    values (0, 'ALL'), (1, 'either'), (2, 'bjmhs'), (3, 'smi_dx_proxy'), (4, 'screen'), (5, 'evidence_early'), (6, 'landmark')
) as evidence (evidence_no, evidence)
join (values (0, 'ALL'), (1, 'positive'), (2, 'negative'), (3, 'unknown')) as status (status_no, smi_status)
    on (evidence.evidence_no = 0) = (status.status_no = 0)
where split.breakdown in ('ALL', 'race_group') or evidence.evidence_no <= 1
