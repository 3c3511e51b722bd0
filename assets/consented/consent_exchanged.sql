-- Which consents does the county know on the newest night, by the number their own source knows the person by?
select
    state.consent_id,
    state.source,
    subject.source_person_id as person,
    state.kind,
    state.form_id,
    state.form_version,
    state.provision_type,
    coalesce(state.delivered_recipients, []) as recipients,
    coalesce(known.purposes, []) as purposes,
    coalesce(state.delivered_classes, []) as element_classes,
    known.discloser,
    known.valid_from,
    state.delivered_valid_to as valid_to,
    state.signed_at,
    known.signed_by,
    state.revoked_at
from consented.consent_state as state
join checked.subject as subject on subject.subject_id = state.subject_id and subject.source_person_id is not null
join (
    select record_id, purposes, discloser, valid_from, signed_by from checked.consent
    union all
    select consent_id, purposes, discloser, valid_from, signed_by from registers.main.paper_consent
) as known on known.record_id = state.consent_id
where state.kind is not null and state.form_id is not null and state.form_version is not null and state.provision_type is not null
  and (not $in_force or state.state = 'in_force')
order by state.consent_id
