-- What is known tonight of each encounter with care: with age, sex and region of the patient at the time, and the labels it carries?
with patient as (
    select subject_id, latest_birth_date, sex, region
    from checked.observation_versions
    where record_type = 'health_patient' and evidence = 'primary' and known_to is null
    qualify row_number() over (partition by subject_id order by recorded_on desc nulls last, record_id) = 1
),
seen as (
    select
        encounter.*,
        case when date_sub('year', patient.latest_birth_date, encounter.started_at::date) between 0 and 120
            then date_sub('year', patient.latest_birth_date, encounter.started_at::date)::integer end as age_at_event,
        patient.sex,
        patient.region
    from checked.health_encounter_versions as encounter
    left join patient on patient.subject_id = encounter.subject_id
    where encounter.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(
        labels,
        list_concat(
            case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end,
            case when coalesce(is_part2, true) then ['part2'] else [] end
        )
    ))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    started_at, ended_at, encounter_class, encounter_type, program_id, is_part2
from seen
