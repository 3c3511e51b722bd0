-- What is known tonight of each 911 event?
select
    record_id, version, subject_id, parent_record_id, person_role, source, system, record_type, labels, known_from, known_to,
    received_at, dispatched_at, en_route_at, arrived_at, cleared_at, initial_call_type, final_call_type, is_behavioral_health,
    priority, call_disposition, beat, cancelled
from checked.cad_event_versions
where known_to is null
