-- Which diagnoses come from a Part 2 programme? One without a known encounter may come from any programme, so it counts as Part 2.
select diagnosis.record_id, coalesce(encounter.is_part2, true) as is_part2
from checked.health_diagnosis_versions as diagnosis
left join checked.health_encounter_versions as encounter
    on encounter.record_id = diagnosis.parent_record_id and encounter.known_to is null
where diagnosis.known_to is null
