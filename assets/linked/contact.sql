-- When did which person meet which system, at which intercept of the Sequential Intercept Model?
-- One row per countable contact. An instant has no end; an open stay has none yet. Release is derived from the booking, not stored.
-- What nobody wrote down, or a product may not use, stays NULL: a false in its place would read like a finding.
select
    record_id,
    person_key,
    subject_id,
    domain,
    system,
    source,
    record_type,
    booked_at as start_at,
    released_at as end_at,
    $jail_booking_unit::varchar as unit,
    $jail_booking_intercept::integer as intercept,
    booking_type as event_type,
    release_type as disposition,
    bjmhs_positive as is_behavioral_health,
    age_at_event,
    region,
    labels
from linked.jail_booking
union all by name
select
    record_id,
    person_key,
    subject_id,
    domain,
    system,
    source,
    record_type,
    event_at as start_at,
    null::timestamp as end_at,
    $cad_person_unit::varchar as unit,
    $cad_person_intercept::integer as intercept,
    call_type as event_type,
    call_disposition as disposition,
    is_behavioral_health,
    age_at_event,
    region,
    labels
from linked.cad_person
union all by name
select
    record_id,
    person_key,
    subject_id,
    domain,
    system,
    source,
    record_type,
    started_at as start_at,
    ended_at as end_at,
    $co_responder_encounter_unit::varchar as unit,
    $co_responder_encounter_intercept::integer as intercept,
    presenting_issue as event_type,
    disposition,
    -- A co-responder team goes out because a call is about behavioural health.
    true as is_behavioral_health,
    age_at_event,
    region,
    labels
from linked.co_responder_encounter
union all by name
select
    record_id,
    person_key,
    subject_id,
    domain,
    system,
    source,
    record_type,
    started_at as start_at,
    ended_at as end_at,
    $health_encounter_unit::varchar as unit,
    case when list_contains($community_types, encounter_type) then $health_encounter_intercept::integer end as intercept,
    encounter_type as event_type,
    null::varchar as disposition,
    true as is_behavioral_health,
    age_at_event,
    region,
    labels
from linked.health_encounter
