-- Which of the rows found in the finished tables rest on which grounds?
-- What has no ground in the decisions cannot have been handed over; were it there all the same, it is accounted for without one.
select
    shown_rows.table_name,
    shown_rows.under_subject,
    shown_rows.about_subject,
    shown_rows.record_type,
    coalesce(ground.columns, []::varchar[]) as columns,
    coalesce(ground.clause_ids, []::varchar[]) as clause_ids,
    coalesce(ground.consent_ids, []::varchar[]) as consent_ids,
    coalesce(ground.bases, []::varchar[]) as bases,
    coalesce(list_filter(ground.labels, lambda label: label <> ''), []::varchar[]) as labels
from shown_rows
left join temp.disclosure_ground as ground
    on ground.subject_id = shown_rows.about_subject and ground.record_type = shown_rows.record_type
-- An agency's own records come back to it; they are not disclosed.
where shown_rows.about_subject not in (select subject_id from consented.subject where agency = $recipient)
