-- What do the admitted rows say about the sex or gender of their subjects, and what did the source ask?
select
    record_id, version, subject_id, $source as source, $system as system, parent_record_id, sex, sex_raw,
    $sex_question as question, $sex_method as method, stated_on as asserted_on, $night::date as known_from, null::date as known_to
from temp.admitted
where role = 'subject' and sex_raw is not null
