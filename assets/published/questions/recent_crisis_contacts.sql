-- Which of the recipient's own clients met a crisis team or were the subject of a behavioural-health 911 call in the last thirty days?
-- A row is there only because the recipient knows the person already and the person's consent reaches the contact.
with contact as (
    select
        person_key,
        system,
        event_at as contact_at,
        coalesce(call_type, 'behavioral_health_call') as contact_type,
        call_disposition as disposition,
        consent_scope_id
    from linked.cad_person
    where is_behavioral_health
    union all by name
    select person_key, system, started_at as contact_at, 'co_responder' as contact_type, disposition, consent_scope_id
    from linked.co_responder_encounter
)
select distinct client.own_id as client_id, contact.contact_at, contact.contact_type, contact.disposition, contact.consent_scope_id
from linked.own_id as client
join contact on contact.person_key = client.person_key
where client.key = 'person'
  and client.is_sure
  and contact.system <> client.system
  and contact.contact_at >= $as_of::timestamp - interval 30 day
  and contact.contact_at < $as_of
