-- Who are the subjects known tonight: which system's person, in which role, and is the vendor's id shared with somebody else?
with stated as (
    select
        seen.subject_id,
        seen.system,
        seen.source,
        seen.source_person_id,
        seen.person_role,
        seen.key_reuse is not null as is_key_reuse,
        coalesce(seen.recorded_on, event.received_at::date, seen.known_from) as stated_on
    from checked.observation_versions as seen
    left join checked.cad_event_versions as event on event.record_id = seen.parent_record_id and event.known_to is null
    where seen.known_to is null and seen.subject_id is not null
)
select
    subject_id,
    any_value(system) as system,
    first(source order by stated_on, source) as source,
    any_value(source_person_id) as source_person_id,
    first(
        person_role
        order by case person_role when 'subject' then 0 when 'victim' then 1 when 'witness' then 2 when 'caller' then 3 else 4 end
    ) as person_role,
    bool_or(is_key_reuse) as is_key_reuse,
    min(stated_on) as first_seen_on
from stated
group by subject_id
