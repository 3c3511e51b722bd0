-- Which case is each subject and set of row labels?
select fact.subject_id, fact.labels, fact.ordered_booking, decision_case.case_id
from decision_fact as fact
join decision_case using (
    decided_on, label_text, system, agency, is_subject, is_erased, is_key_reuse, is_adult, is_in_custody, is_client, consents_id, denies_id,
    orders_id
)
