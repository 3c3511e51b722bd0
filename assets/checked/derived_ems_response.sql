-- Which admitted responses meet the case definitions of behavioural health and of opioid overdose, by their symptoms and impressions?
-- A response none of whose codes was written down meets and misses neither.
with coded as (
    select
        admitted.*,
        list_transform(
            list_filter(
                list_concat(
                    [primary_symptom, primary_impression], list_concat(coalesce(other_symptoms, []), coalesce(other_impressions, []))
                ),
                lambda code: code is not null
            ),
            lambda code: upper(code)
        ) as codes
    from temp.admitted as admitted
)
select
    * exclude (codes),
    case when len(codes) > 0
        then len(list_filter(codes, lambda code: regexp_full_match(code, $behavioral_health_pattern))) > 0 end as is_behavioral_health,
    case when len(codes) > 0
        then len(list_filter(codes, lambda code: regexp_full_match(code, $overdose_pattern))) > 0 end as is_opioid_overdose
from coded
