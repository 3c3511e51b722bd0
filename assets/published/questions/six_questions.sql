-- How does the county stand on Stepping Up's Six Questions, by its own text and by its records?
select
    question_no,
    question,
    status,
    since,
    stated_evidence,
    data_evidence,
    people,
    figures_known,
    figures_asked
from measured.six_questions
