-- What does each delivered Encounter say, as flat text?
with parsed as (
    select
        is_json,
        json_transform(case when is_json then line end, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "status": "VARCHAR",
            "class": "JSON",
            "type": [{"coding": [{"code": "VARCHAR"}]}],
            "subject": {"reference": "VARCHAR"},
            "period": {"start": "VARCHAR", "end": "VARCHAR"},
            "serviceProvider": {"reference": "VARCHAR"}
        }') as encounter
    from (select line, json_valid(line) as is_json from fhir_line)
)
select
    is_json,
    encounter.resourceType as resource_type,
    encounter.id as id,
    encounter.meta.lastUpdated as last_updated,
    encounter.status as status,
    -- R4 says a coding; a list of concepts (R5) and a bare code have been seen.
    coalesce(
        encounter.class->>'$.code',
        encounter.class->>'$[0].coding[0].code',
        case when json_type(encounter.class) = 'VARCHAR' then encounter.class->>'$' end
    ) as class,
    encounter.type[1].coding[1].code as type,
    regexp_extract(encounter.subject.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as patient_id,
    encounter.period.start as start,
    encounter.period."end" as "end",
    regexp_extract(encounter.serviceProvider.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as service_provider
from parsed
