-- Which consents does the county know tonight, as its systems delivered them and as its office entered them from paper?
-- What was taken back at the office counts at once, and so does a wish that takes away; what gives counts from the night after.
with taken_back as (
    select consent_id, min(revoked_at) as revoked_at, min(recorded_on) as recorded_on
    from registers.main.paper_revocation
    where recorded_on <= $night
    group by consent_id
),
known as (
    select
        record_id, subject_id, system, source, status, kind, form_id, form_version, discloser, recipients, purposes, element_classes,
        provision_type, valid_from, valid_to, signed_at, signed_by, revoked_at, data_from, data_to, not_revocable_before, expiry_event,
        expiry_event_open, excluded_recipients, excluded_classes, excluded_purposes, is_defective, known_from
    from checked.consent
    union all by name
    select
        consent_id as record_id, subject_id, system, source, 'active' as status, kind, form_id, form_version, discloser, recipients,
        purposes, element_classes, provision_type, valid_from, valid_to, signed_at, signed_by, null::timestamp as revoked_at, data_from,
        data_to, not_revocable_before, expiry_event, expiry_event_open, excluded_recipients, excluded_classes, excluded_purposes,
        false as is_defective, recorded_on as known_from
    from registers.main.paper_consent
    where recorded_on < $night or (provision_type = 'deny' and recorded_on <= $night)
)
select
    known.* replace (
        case
            when known.revoked_at is null then taken_back.revoked_at
            when taken_back.revoked_at is null then known.revoked_at
            else least(known.revoked_at, taken_back.revoked_at)
        end as revoked_at,
        coalesce(greatest(known.known_from, taken_back.recorded_on), known.known_from) as known_from
    )
from known
left join taken_back on taken_back.consent_id = known.record_id
