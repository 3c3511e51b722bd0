-- Which consents does the county know on the newest night, by the number their own source knows the person by?
with known as (
    select
        record_id, purposes, discloser, valid_from, signed_by, not_revocable_before, expiry_event, expiry_event_open, excluded_recipients,
        excluded_classes, excluded_purposes
    from checked.consent
    union all by name
    select
        consent_id as record_id, purposes, discloser, valid_from, signed_by, not_revocable_before, expiry_event, expiry_event_open,
        excluded_recipients, excluded_classes, excluded_purposes
    from registers.main.paper_consent
)
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
    nullif(known.discloser, '') as discloser,
    known.valid_from,
    state.delivered_valid_to as valid_to,
    state.signed_at,
    known.signed_by,
    state.revoked_at,
    state.data_from,
    state.data_to,
    known.not_revocable_before,
    known.expiry_event,
    known.expiry_event_open,
    coalesce(state.left_out_recipients, []) as excluded_recipients,
    coalesce(state.left_out_classes, []) as excluded_classes,
    coalesce(known.excluded_purposes, []) as excluded_purposes,
    -- What was taken back is written as such, but for treatment that a court ordered, which stays active until its day (42 CFR 2.35(c)).
    case
        when state.status = 'active' and state.revoked_at is not null
            and not (state.kind = 'part2_cj' and known.not_revocable_before is not null) then 'inactive'
        else state.status
    end as status
from consented.consent_state as state
join checked.subject as subject on subject.subject_id = state.subject_id and subject.source_person_id is not null
join known on known.record_id = state.consent_id
where state.kind is not null and state.form_id is not null and state.form_version is not null and state.provision_type is not null
  and state.status is not null
  and (not $in_force or state.state = 'in_force')
order by state.consent_id
