-- Where does every delivered consent stand tonight, and what would it permit if it were in force?
with delivered as (
    select
        consent.*,
        form.kind as form_kind,
        form.denies as form_denies,
        form.requires,
        form.recipients as form_recipients,
        form.purposes as form_purposes,
        form.element_classes as form_classes,
        form.operations,
        form.in_use_from,
        form.withdrawn_on,
        form.longest_days,
        case
            when subject_age.adult_since is null then form.signers_unknown_age
            when subject_age.adult_since <= $night then form.signers_adult
            else form.signers_minor
        end as signers,
        case
            when consent.expiry_event is null then true
            when consent.expiry_event = 'eighteenth_birthday' then coalesce($night < subject_age.adult_since, false)
            when list_contains($expiry_events, consent.expiry_event) then coalesce(consent.expiry_event_open, false)
            else false
        end as is_event_open,
        subject_age.adult_since,
        cast(consent.signed_at as date) as signed_on,
        -- An organisation may be written as a FHIR reference.
        list_transform(coalesce(consent.recipients, []), lambda name: regexp_replace(name, '^.*/', '')) as named_recipients,
        -- What a nested provision leaves out; an exception to an exception gives nothing back.
        list_transform(coalesce(consent.excluded_recipients, []), lambda name: regexp_replace(name, '^.*/', '')) as left_out_recipients,
        coalesce(consent.excluded_classes, []) as left_out_classes,
        list_transform(
            list_filter(
                $purpose_codes,
                lambda pair: list_contains(
                    list_transform(coalesce(consent.excluded_purposes, []), lambda code: upper(trim(code))), upper(pair[1])
                )
            ),
            lambda pair: pair[2]
        ) as left_out_purposes,
        list_filter(
            [
                case when coalesce(consent.discloser, '') = '' then 'no_discloser' end,
                case when len(coalesce(consent.recipients, [])) = 0 then 'no_recipient' end,
                case when len(coalesce(consent.element_classes, [])) = 0 then 'no_description' end,
                case when len(coalesce(consent.purposes, [])) = 0 then 'no_purpose' end,
                case when consent.valid_to is null and consent.expiry_event is null then 'no_expiry' end,
                case when coalesce(consent.signed_by, '') = '' then 'no_signature' end,
                case when consent.signed_at is null then 'no_signature_date' end
            ],
            lambda word: word is not null
        ) as missing
    from checked.consent
    left join consented.form on form.form_id = consent.form_id and form.form_version = consent.form_version
    left join consented.subject_age on subject_age.subject_id = consent.subject_id
)
select
    record_id as consent_id,
    subject_id,
    system,
    source,
    kind,
    form_id,
    form_version,
    case
        -- Consent to treatment that a court ordered cannot be taken back before its day (42 CFR 2.35(c)).
        when revoked_at is not null and not coalesce(kind = 'part2_cj' and $night < not_revocable_before, false) then 'revoked'
        when status is distinct from 'active' or provision_type is distinct from 'permit' then 'not_active'
        when form_kind is null or kind is distinct from form_kind or form_denies then 'unknown_form'
        when is_defective is distinct from false or list_has_any(requires, missing) then 'defective'
        when signed_at is null or signed_at >= $as_of then 'signed_later'
        when signed_on < in_use_from or (withdrawn_on is not null and signed_on >= withdrawn_on) then 'form_not_in_use'
        when $night < coalesce(valid_from, signed_on) then 'not_yet'
        when not is_event_open then 'expired'
        when longest_days is not null and $night - signed_on >= longest_days then 'expired'
        when valid_to is not null and $night >= valid_to then 'expired'
        when signed_by is null or not list_contains(signers, signed_by) then 'no_authority'
        else 'in_force'
    end as state,
    list_filter(missing, lambda word: list_contains(requires, word)) as defects,
    -- What a person ticked narrows the form, and never widens it.
    list_sort(list_filter(
        list_intersect(named_recipients, form_recipients),
        lambda name: not list_contains(left_out_recipients, name)
    )) as recipients,
    list_sort(list_filter(list_intersect(
        list_transform(
            list_filter(
                $purpose_codes,
                lambda pair: list_contains(list_transform(purposes, lambda code: upper(trim(code))), upper(pair[1]))
            ),
            lambda pair: pair[2]
        ),
        form_purposes
    ), lambda purpose: not list_contains(left_out_purposes, purpose))) as purposes,
    -- An exception whose words nobody reviewed leaves nothing.
    case
        when not list_has_all($class_names, left_out_classes) then []
        else list_sort(list_filter(
            list_intersect(element_classes, form_classes),
            lambda name: not list_contains(left_out_classes, name)
        ))
    end as element_classes,
    operations,
    coalesce(valid_from, signed_on) as valid_from,
    least(
        valid_to,
        case when longest_days is not null then signed_on + longest_days::integer end,
        case when expiry_event = 'eighteenth_birthday' then adult_since end,
        date '9999-12-31'
    ) as valid_to,
    data_from,
    data_to,
    signed_at,
    revoked_at,
    named_recipients as delivered_recipients,
    coalesce(element_classes, []) as delivered_classes,
    status,
    provision_type,
    expiry_event,
    not_revocable_before,
    left_out_recipients,
    left_out_classes,
    delivered.valid_to as delivered_valid_to,
    known_from as from_night
from delivered
order by consent_id
