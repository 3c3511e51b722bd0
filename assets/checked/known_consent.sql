-- Under which key of its source is each consent known?
select consent.record_id, source_record.source_record_id as consent_key
from checked.consent_versions as consent
left join checked.source_record as source_record on source_record.record_id = consent.record_id
where consent.known_to is null
