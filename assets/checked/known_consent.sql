-- What is known tonight of each delivered consent, whether it holds or not?
select
    consent.record_id, consent.version, consent.subject_id, consent.parent_record_id, consent.person_role, consent.source, consent.system,
    consent.record_type, consent.labels, consent.known_from, consent.known_to,
    source_record.source_record_id as consent_key,
    consent.status, consent.kind, consent.form_id, consent.form_version, consent.discloser, consent.recipients, consent.purposes,
    consent.element_classes, consent.provision_type, consent.valid_from, consent.valid_to, consent.signed_at, consent.signed_by,
    consent.revoked_at, consent.is_defective, consent.defect
from checked.consent_versions as consent
left join checked.source_record as source_record on source_record.record_id = consent.record_id
where consent.known_to is null
