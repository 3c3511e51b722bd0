-- What does each delivered Observation say, as flat text: which form, when, each answer in the order of the form, the total?
-- An answer is a number, a yes or no, or a code that stands for a number; an item that the resource does not answer is an empty place.
with parsed as (
    select
        is_json,
        answers,
        json_transform(case when is_json then line end, '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "meta": {"lastUpdated": "VARCHAR"},
            "status": "VARCHAR",
            "category": [{"coding": [{"code": "VARCHAR"}]}],
            "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}]},
            "subject": {"reference": "VARCHAR"},
            "encounter": {"reference": "VARCHAR"},
            "effectiveDateTime": "VARCHAR",
            "effectiveInstant": "VARCHAR",
            "effectivePeriod": {"start": "VARCHAR"},
            "issued": "VARCHAR",
            "valueInteger": "VARCHAR",
            "valueString": "VARCHAR",
            "valueQuantity": {"value": "VARCHAR"},
            "valueCodeableConcept": {"coding": [{"code": "VARCHAR"}]},
            "component": [{
                "code": {"coding": [{"code": "VARCHAR"}]},
                "valueInteger": "VARCHAR",
                "valueBoolean": "VARCHAR",
                "valueQuantity": {"value": "VARCHAR"},
                "valueCodeableConcept": {"coding": [{"code": "VARCHAR"}]}
            }]
        }') as observation
    from (select line, json_valid(line) as is_json from fhir_line)
    cross join (select map(list(code order by code), list(value order by code)) as answers from fhir_answer)
),
coded as (
    select
        *,
        coalesce(
            list_filter(observation.code.coding, lambda item: item.system = 'http://loinc.org')[1],
            observation.code.coding[1]
        ) as what,
        list_transform(observation.component, lambda item: {
            'code': item.code.coding[1].code,
            'value': regexp_replace(
                coalesce(
                    item.valueInteger,
                    item.valueQuantity.value,
                    case item.valueBoolean when 'true' then '1' when 'false' then '0' end,
                    answers[item.valueCodeableConcept.coding[1].code]
                ),
                '\.0+$', ''
            )
        }) as answered
    from parsed
)
select
    is_json,
    observation.resourceType as resource_type,
    observation.id as id,
    observation.meta.lastUpdated as last_updated,
    observation.status as status,
    observation.category[1].coding[1].code as category,
    what.code as code,
    what.system as code_system,
    regexp_extract(observation.subject.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as patient_id,
    regexp_extract(observation.encounter.reference, '([^/:|]+)(/_history/[^/]*)?$', 1) as encounter_id,
    coalesce(observation.effectiveDateTime, observation.effectiveInstant, observation.effectivePeriod.start, observation.issued) as effective,
    coalesce(observation.valueInteger, regexp_replace(observation.valueQuantity.value, '\.0+$', '')) as value_number,
    observation.valueCodeableConcept.coding[1].code as value_code,
    observation.valueString as value_text,
    case when list_has_any(list_transform(coded.answered, lambda item: item.code), form.items) then
        array_to_string(
            list_transform(
                form.items, lambda code: coalesce(list_filter(coded.answered, lambda item: item.code = code and item.value is not null)[1].value, '')
            ),
            '|'
        )
    end as answers
from coded
left join fhir_form as form on form.code = coded.what.code
