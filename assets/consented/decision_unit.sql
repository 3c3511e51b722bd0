-- Which set of facts has each subject and set of row labels?
select decision_fact.subject_id, decision_fact.labels, facts.system as system, decision_case.case_id
from decision_fact
join decision_case using (facts)
