-- Which admitted visits have a diagnosis of a mental or substance use disorder or of self-harm, and which are in the proxy sets?
-- A visit none of whose diagnoses was written down is unknown, not negative.
with coded as (
    select
        admitted.*,
        -- Hospitals leave the point out.
        list_transform(
            list_transform(
                list_filter(list_concat([icd10], coalesce(other_diagnoses, [])), lambda code: code is not null),
                lambda code: replace(upper(code), '.', '')
            ),
            lambda code: case when length(code) > 3 then left(code, 3) || '.' || code[4:] else code end
        ) as codes
    from temp.admitted as admitted
)
select
    * exclude (codes),
    case when len(codes) > 0
        then len(list_filter(codes, lambda code: regexp_full_match(code, $behavioral_health_pattern))) > 0 end as is_behavioral_health,
    case when len(codes) > 0 then len(list_filter(codes, lambda code: regexp_full_match(code, $smi_pattern))) > 0 end as is_smi,
    case when len(codes) > 0 then len(list_filter(codes, lambda code: regexp_full_match(code, $sud_pattern))) > 0 end as is_sud
from coded
