-- What does each delivered Condition say, as flat text?
with parsed as (
    select
        _position,
        line as raw_line,
        resource is not null as is_json,
        json_transform(resource, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}]},
            "subject": {"reference": "VARCHAR"},
            "encounter": {"reference": "VARCHAR"},
            "recordedDate": "VARCHAR",
            "onsetDateTime": "VARCHAR",
            "verificationStatus": {"coding": [{"code": "VARCHAR"}]},
            "category": [{"coding": [{"code": "VARCHAR"}]}]
        }') as condition
    from temp.fhir_line
)
select
    _position,
    raw_line,
    is_json,
    condition.resourceType as resource_type,
    condition.id as id,
    condition.meta.lastUpdated as last_updated,
    coalesce(
        list_filter(condition.code.coding, lambda item: item.system = 'http://hl7.org/fhir/sid/icd-10-cm')[1].code,
        condition.code.coding[1].code
    ) as code,
    regexp_replace(condition.subject.reference, '^.*/', '') as patient_id,
    regexp_replace(condition.encounter.reference, '^.*/', '') as encounter_id,
    coalesce(condition.recordedDate, condition.onsetDateTime) as recorded_date,
    condition.verificationStatus.coding[1].code as verification_status,
    condition.category[1].coding[1].code as category
from parsed
order by _position
