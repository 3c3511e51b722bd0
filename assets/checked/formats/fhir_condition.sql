-- What does each delivered Condition say, as flat text?
with parsed as (
    select
        is_json,
        json_transform(case when is_json then line end, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}]},
            "subject": {"reference": "VARCHAR"},
            "encounter": {"reference": "VARCHAR"},
            "recordedDate": "VARCHAR",
            "onsetDateTime": "VARCHAR",
            "onsetPeriod": {"start": "VARCHAR"},
            "verificationStatus": {"coding": [{"code": "VARCHAR"}]},
            "category": [{"coding": [{"code": "VARCHAR"}]}]
        }') as condition
    from (select line, json_valid(line) as is_json from fhir_line)
)
select
    is_json,
    condition.resourceType as resource_type,
    condition.id as id,
    condition.meta.lastUpdated as last_updated,
    coalesce(
        list_filter(condition.code.coding, lambda item: item.system = 'http://hl7.org/fhir/sid/icd-10-cm')[1].code,
        condition.code.coding[1].code
    ) as code,
    regexp_extract(condition.subject.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as patient_id,
    regexp_extract(condition.encounter.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as encounter_id,
    coalesce(condition.recordedDate, condition.onsetDateTime, condition.onsetPeriod.start) as recorded_date,
    condition.verificationStatus.coding[1].code as verification_status,
    condition.category[1].coding[1].code as category,
    coalesce(
        list_filter(condition.code.coding, lambda item: item.system = 'http://hl7.org/fhir/sid/icd-10-cm')[1].system,
        condition.code.coding[1].system
    ) as code_system
from parsed
