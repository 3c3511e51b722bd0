-- What is known tonight of each encounter of a crisis team?
with seen as (
    select
        encounter.*,
        case when date_sub('year', seen.latest_birth_date, encounter.started_at::date) between 0 and 120
            then date_sub('year', seen.latest_birth_date, encounter.started_at::date)::integer end as age_at_event,
        seen.sex,
        seen.region
    from checked.co_responder_encounter_versions as encounter
    left join checked.observation_versions as seen
        on seen.record_id = encounter.record_id and seen.evidence = 'primary' and seen.known_to is null
    where encounter.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(labels, case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    started_at, ended_at, team_type, clinician_present, presenting_issue, suicidal, intoxicated, weapon, disposition, homeless, cad_record_id
from seen
