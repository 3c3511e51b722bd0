-- Which consents are in force tonight, for whom, and what does each permit?
select
    consent_id, subject_id, system, source, kind, form_id, form_version, recipients, purposes, element_classes, operations, valid_from,
    valid_to, data_from, data_to, signed_at, expiry_event, not_revocable_before
from consented.consent_state
where state = 'in_force'
order by consent_id
