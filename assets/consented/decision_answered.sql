-- Which elements of which subjects may this recipient have tonight, by which clause and consent, and if not, why?
-- decisions.py puts the names of one target's own two tables in the place of decision_row and decision_answer.
select
    decided.subject_id,
    answer.system,
    answer.element,
    decided.labels,
    decided.ordered_booking,
    answer.verdict,
    answer.reason,
    answer.clause_id,
    decided.consent_id,
    answer.transform,
    answer.output_form,
    answer.obligations,
    answer.min_cell,
    greatest(answer.records_from, decided.data_from) as records_from,
    decided.data_to as records_to,
    least(answer.valid_to, decided.consent_until) as valid_until
from decision_row as decided
join decision_answer as answer using (answer_id)
