-- What is known tonight of each diagnosis? One without a known encounter may come from any programme, so it counts as Part 2.
with patient as (
    select subject_id, latest_birth_date, sex, region
    from checked.observation_versions
    where record_type = 'health_patient' and evidence = 'primary' and known_to is null
    qualify row_number() over (partition by subject_id order by recorded_on desc nulls last, record_id) = 1
),
seen as (
    select
        diagnosis.*,
        coalesce(encounter.is_part2, true) as is_part2,
        case when date_sub('year', patient.latest_birth_date, diagnosis.diagnosed_on) between 0 and 120
            then date_sub('year', patient.latest_birth_date, diagnosis.diagnosed_on)::integer end as age_at_event,
        patient.sex,
        patient.region
    from checked.health_diagnosis_versions as diagnosis
    left join checked.health_encounter_versions as encounter
        on encounter.record_id = diagnosis.parent_record_id and encounter.known_to is null
    left join patient on patient.subject_id = diagnosis.subject_id
    where diagnosis.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(
        labels,
        list_concat(
            case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end, case when is_part2 then ['part2'] else [] end
        )
    ))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    diagnosed_on, icd10, is_smi, is_sud, is_part2
from seen
