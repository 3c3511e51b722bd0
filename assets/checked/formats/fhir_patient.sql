-- What does each delivered Patient say, as flat text?
-- The official name is the name; maiden, former and other names lacking a part take the official one's.
with parsed as (
    select
        is_json,
        json_transform(case when is_json then line end, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "extension": [{"url": "VARCHAR",
                "extension": [{"url": "VARCHAR", "valueCoding": {"code": "VARCHAR"}, "valueString": "VARCHAR"}],
                "valueCode": "VARCHAR", "valueCoding": {"code": "VARCHAR"}}],
            "identifier": [{"type": {"coding": [{"code": "VARCHAR"}]}, "system": "VARCHAR", "value": "VARCHAR"}],
            "name": [{"use": "VARCHAR", "family": "VARCHAR", "given": ["VARCHAR"], "suffix": ["VARCHAR"]}],
            "birthDate": "VARCHAR",
            "gender": "VARCHAR",
            "address": [{"use": "VARCHAR", "line": ["VARCHAR"], "city": "VARCHAR", "state": "VARCHAR", "postalCode": "VARCHAR"}],
            "telecom": [{"system": "VARCHAR", "value": "VARCHAR"}]
        }') as patient
    from (select line, json_valid(line) as is_json from fhir_line)
),
parts as (
    select
        is_json,
        patient,
        coalesce(
            list_filter(patient.name, lambda item: item.use = 'official')[1],
            list_filter(patient.name, lambda item: item.use = 'usual' or item.use is null)[1],
            patient.name[1]
        ) as official,
        coalesce(list_filter(patient.address, lambda item: item.use = 'home')[1], patient.address[1]) as home,
        list_filter(patient.extension, lambda item: item.url like '%us-core-race')[1].extension as race,
        list_filter(patient.extension, lambda item: item.url like '%us-core-ethnicity')[1].extension as ethnicity
    from parsed
)
select
    is_json,
    patient.resourceType as resource_type,
    patient.id as id,
    patient.meta.lastUpdated as last_updated,
    list_filter(patient.identifier, lambda item: item.type.coding[1].code = 'MR')[1].value as mrn,
    regexp_extract(
        list_filter(patient.identifier, lambda item: item.type.coding[1].code = 'SS' or item.system = 'http://hl7.org/fhir/sid/us-ssn')[1].value,
        '([0-9]{4})$', 1
    ) as ssn_last4,
    official.family as family,
    official.given[1] as given,
    array_to_string(official.given[2:], ' ') as middle,
    array_to_string(official.suffix, ' ') as suffix,
    to_json(list_transform(
        list_filter(patient.name, lambda item: item is distinct from official),
        lambda item: {
            'first_name': coalesce(item.given[1], official.given[1]),
            'middle_name': nullif(array_to_string(coalesce(item.given, official.given)[2:], ' '), ''),
            'last_name': coalesce(item.family, official.family),
            'name_suffix': nullif(array_to_string(coalesce(item.suffix, official.suffix), ' '), '')
        }
    ))::varchar as other_names,
    patient.birthDate as birth_date,
    patient.gender as gender,
    array_to_string(home.line, ' ') as line,
    home.city as city,
    home.state as state,
    home.postalCode as postal_code,
    list_filter(patient.telecom, lambda item: item.system = 'phone')[1].value as phone,
    array_to_string(
        list_transform(list_filter(race, lambda item: item.url = 'ombCategory'), lambda item: item.valueCoding.code), '|'
    ) as race,
    list_filter(ethnicity, lambda item: item.url = 'ombCategory')[1].valueCoding.code as ethnicity,
    array_to_string(
        list_transform(list_filter(race, lambda item: item.url = 'detailed'), lambda item: item.valueCoding.code), '|'
    ) as race_detailed,
    -- Until 2024 the category lay inside White and could only be said in detail.
    list_filter(race, lambda item: item.url = 'detailed' and item.valueCoding.code = '2118-8')[1].valueCoding.code as race_mena,
    list_filter(race, lambda item: item.url = 'text')[1].valueString as race_text,
    array_to_string(
        list_transform(list_filter(ethnicity, lambda item: item.url = 'detailed'), lambda item: item.valueCoding.code), '|'
    ) as ethnicity_detailed,
    list_filter(ethnicity, lambda item: item.url = 'text')[1].valueString as ethnicity_text,
    coalesce(
        list_filter(patient.extension, lambda item: item.url like '%us-core-birthsex')[1].valueCode,
        list_filter(patient.extension, lambda item: item.url like '%us-core-sex')[1].valueCode,
        list_filter(patient.extension, lambda item: item.url like '%us-core-sex')[1].valueCoding.code
    ) as birthsex
from parts
