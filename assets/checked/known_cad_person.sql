-- What is known tonight of each person's part in a 911 event? A part whose event has not arrived waits for it.
with seen as (
    select
        person.*,
        event.received_at as event_at,
        coalesce(event.final_call_type, event.initial_call_type) as call_type,
        event.is_behavioral_health,
        event.call_disposition,
        case when date_sub('year', seen.latest_birth_date, event.received_at::date) between 0 and 120
            then date_sub('year', seen.latest_birth_date, event.received_at::date)::integer end as age_at_event,
        seen.sex,
        seen.region
    from checked.cad_person_versions as person
    join checked.cad_event_versions as event on event.record_id = person.parent_record_id and event.known_to is null
    left join checked.observation_versions as seen
        on seen.record_id = person.record_id and seen.evidence = 'primary' and seen.known_to is null
    where person.known_to is null
)
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type,
    list_sort(list_distinct(list_concat(labels, case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end))) as labels,
    known_from, known_to,
    age_at_event, coalesce(age_at_event, 0) < 18 as is_juvenile, sex, region,
    event_at, call_type, is_behavioral_health, call_disposition
from seen
