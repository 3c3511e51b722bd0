-- What does each delivered Encounter say, as flat text?
with parsed as (
    select
        _position,
        line as raw_line,
        resource is not null as is_json,
        json_transform(resource, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "status": "VARCHAR",
            "class": {"code": "VARCHAR"},
            "type": [{"coding": [{"code": "VARCHAR"}]}],
            "subject": {"reference": "VARCHAR"},
            "period": {"start": "VARCHAR", "end": "VARCHAR"},
            "serviceProvider": {"reference": "VARCHAR"}
        }') as encounter
    from temp.fhir_line
)
select
    _position,
    raw_line,
    is_json,
    encounter.resourceType as resource_type,
    encounter.id as id,
    encounter.meta.lastUpdated as last_updated,
    encounter.status as status,
    encounter.class.code as class,
    encounter.type[1].coding[1].code as type,
    regexp_replace(encounter.subject.reference, '^.*/', '') as patient_id,
    encounter.period.start as start,
    encounter.period."end" as "end",
    regexp_replace(encounter.serviceProvider.reference, '^.*/', '') as service_provider
from parsed
order by _position
