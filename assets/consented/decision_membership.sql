-- How surely does each subject belong to its person?
select subject_id, person_key, link_confidence from linked.membership where person_key is not null and link_confidence is not null
