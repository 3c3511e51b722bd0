-- What do the admitted rows say about the race of their subjects, in the words the source's codes stand for?
select
    record_id, version, subject_id, $source as source, $system as system, parent_record_id, race, ethnicity, race_raw,
    $category_system as category_system, $method as method, stated_on as asserted_on, $night::date as known_from, null::date as known_to
from temp.admitted
where role = 'subject' and race_raw is not null
