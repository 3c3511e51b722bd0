-- Which vendor person ids stand for more than one person, or changed the person they stand for? A person decides; nothing is merged.
select
    seen.system,
    seen.source,
    seen.source_person_id,
    seen.subject_id,
    seen.record_id,
    seen.key_reuse as kind,
    seen.known_from
from checked.observation_versions as seen
where seen.known_to is null and seen.key_reuse is not null
