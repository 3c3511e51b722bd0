-- Which signature of facts has each subject and set of row labels, whatever the element?
-- Units with equal signatures get equal decisions.
select
    label_group.subject_id,
    label_group.labels_key as labels,
    label_group.ordered_booking,
    label_group.decided_on,
    array_to_string(label_group.labels, ',') as label_text,
    about.system,
    about.agency,
    about.is_subject,
    about.is_erased,
    about.is_key_reuse,
    about.is_adult,
    about.is_in_custody,
    about.is_client,
    about.consents_id,
    about.denies_id,
    coalesce(of_booking.orders_id, about.orders_id) as orders_id
from consented.label_group
join decision_subject as about using (subject_id)
left join decision_authority as of_booking
    on of_booking.subject_id = label_group.subject_id and of_booking.booking_id = label_group.ordered_booking
where label_group.decided_on in (select decided_on from decision_element)
union all by name
-- An element that nobody stands behind is decided once a system.
select distinct
    null as subject_id, '' as labels, null as ordered_booking, '' as decided_on, '' as label_text, system, agency, true as is_subject, false as is_erased,
    false as is_key_reuse, false as is_adult, false as is_in_custody, false as is_client, 0 as consents_id, 0 as denies_id, 0 as orders_id
from decision_element
where decided_on = ''
