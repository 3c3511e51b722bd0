-- What do tonight's own figures say, overall and by race?
select *
from scope.stepping_up_draft
where breakdown in ('ALL', 'race_group') and evidence not in ('screen', 'evidence_early', 'landmark')
