-- What does each delivered Consent say, as flat text?
-- Form and revocation stand in extensions; classes that only name FHIR resource types say nothing about the county's elements.
with parsed as (
    select
        is_json,
        json_transform(case when is_json then line end, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "extension": [{
                "url": "VARCHAR", "valueDateTime": "VARCHAR", "valueDate": "VARCHAR",
                "extension": [{"url": "VARCHAR", "valueString": "VARCHAR", "valueCode": "VARCHAR", "valueBoolean": "VARCHAR"}]
            }],
            "status": "VARCHAR",
            "scope": {"coding": [{"code": "VARCHAR"}]},
            "category": [{"coding": [{"code": "VARCHAR"}]}],
            "patient": {"reference": "VARCHAR"},
            "dateTime": "VARCHAR",
            "performer": [{"reference": "VARCHAR"}],
            "organization": [{"reference": "VARCHAR"}],
            "policyRule": {"coding": [{"code": "VARCHAR"}]},
            "provision": {
                "type": "VARCHAR",
                "period": {"start": "VARCHAR", "end": "VARCHAR"},
                "dataPeriod": {"start": "VARCHAR", "end": "VARCHAR"},
                "actor": [{"reference": {"reference": "VARCHAR"}}],
                "purpose": [{"code": "VARCHAR"}],
                "class": [{"system": "VARCHAR", "code": "VARCHAR"}],
                "securityLabel": [{"code": "VARCHAR"}],
                "provision": [{
                    "type": "VARCHAR",
                    "actor": [{"reference": {"reference": "VARCHAR"}}],
                    "purpose": [{"code": "VARCHAR"}],
                    "class": [{"system": "VARCHAR", "code": "VARCHAR"}],
                    "provision": [{
                        "type": "VARCHAR",
                        "actor": [{"reference": {"reference": "VARCHAR"}}],
                        "purpose": [{"code": "VARCHAR"}],
                        "class": [{"system": "VARCHAR", "code": "VARCHAR"}],
                        "provision": "JSON"
                    }]
                }]
            }
        }') as consent
    from (select line, json_valid(line) as is_json from fhir_line)
),
parts as (
    select
        *,
        list_filter(consent.extension, lambda item: item.url like '%/consent-form')[1].extension as form,
        list_filter(consent.extension, lambda item: item.url like '%/consent-expiry-event')[1].extension as expiry,
        -- Nested denies, whatever they stand under. A nested permit widens nothing and is passed over.
        list_concat(
            list_transform(
                list_filter(coalesce(consent.provision.provision, []), lambda item: item.type is distinct from 'permit'),
                lambda item: {'actor': item.actor, 'purpose': item.purpose, 'class': item.class}
            ),
            list_transform(
                list_filter(
                    flatten(list_transform(coalesce(consent.provision.provision, []), lambda item: coalesce(item.provision, []))),
                    lambda item: item.type is distinct from 'permit' or item.provision is not null
                ),
                lambda item: {'actor': item.actor, 'purpose': item.purpose, 'class': item.class}
            )
        ) as denied
    from parsed
),
scoped as (
    select
        * exclude (denied),
        list_transform(
            denied,
            lambda item: {
                'actors': list_transform(
                    coalesce(item.actor, []), lambda one: regexp_extract(one.reference.reference, '([^/:|]+)(/_history/[^/]*)?$', 1)
                ),
                'purposes': list_transform(coalesce(item.purpose, []), lambda one: one.code),
                'classes': list_transform(
                    list_filter(coalesce(item.class, []), lambda one: coalesce(one.system, '') not like '%/resource-types'),
                    lambda one: one.code
                )
            }
        ) as denied
    from parts
)
select
    is_json,
    consent.resourceType as resource_type,
    consent.id as id,
    consent.meta.lastUpdated as last_updated,
    consent.status as status,
    consent.scope.coding[1].code as scope,
    consent.category[1].coding[1].code as category,
    regexp_extract(consent.patient.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as patient_id,
    consent.dateTime as date_time,
    regexp_extract(consent.performer[1].reference, '^([A-Za-z]+)/', 1) as performer,
    regexp_replace(consent.organization[1].reference, '^.*/', '') as organization,
    consent.policyRule.coding[1].code as policy_rule,
    list_filter(form, lambda item: item.url = 'id')[1].valueString as form_id,
    list_filter(form, lambda item: item.url = 'version')[1].valueString as form_version,
    list_filter(consent.extension, lambda item: item.url like '%/consent-revoked')[1].valueDateTime as revoked_at,
    -- A nested deny that names nobody, nothing and no purpose we read denies the whole.
    case
        when len(list_filter(denied, lambda item: item.actors = [] and item.purposes = [] and item.classes = [])) > 0 then 'deny'
        else consent.provision.type
    end as provision_type,
    consent.provision.period.start as period_start,
    consent.provision.period."end" as period_end,
    array_to_string(
        list_transform(consent.provision.actor, lambda item: regexp_extract(item.reference.reference, '([^/:|]+)(/_history/[^/]*)?$', 1)), '|'
    ) as actors,
    array_to_string(list_transform(consent.provision.purpose, lambda item: item.code), '|') as purposes,
    array_to_string(
        list_transform(
            list_filter(consent.provision.class, lambda item: coalesce(item.system, '') not like '%/resource-types'), lambda item: item.code
        ),
        '|'
    ) as classes,
    array_to_string(list_transform(consent.provision.securityLabel, lambda item: item.code), '|') as security_labels,
    consent.provision.dataPeriod.start as data_period_start,
    consent.provision.dataPeriod."end" as data_period_end,
    array_to_string(flatten(list_transform(denied, lambda item: item.actors)), '|') as excluded_actors,
    array_to_string(flatten(list_transform(denied, lambda item: item.purposes)), '|') as excluded_purposes,
    array_to_string(flatten(list_transform(denied, lambda item: item.classes)), '|') as excluded_classes,
    list_filter(consent.extension, lambda item: item.url like '%/consent-not-revocable-before')[1].valueDate as not_revocable_before,
    list_filter(expiry, lambda item: item.url = 'event')[1].valueCode as expiry_event,
    list_filter(expiry, lambda item: item.url = 'open')[1].valueBoolean as expiry_event_open
from scoped
