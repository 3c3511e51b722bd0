-- Which consents does the county know tonight, as its systems delivered them?
select
    record_id, subject_id, system, source, status, kind, form_id, form_version, discloser, recipients, purposes, element_classes,
    provision_type, valid_from, valid_to, signed_at, signed_by, revoked_at, data_from, data_to, not_revocable_before,
    expiry_event, expiry_event_open, excluded_recipients, excluded_classes, excluded_purposes, is_defective, known_from
from checked.consent
