-- Under which key of its source is each consent known?
select record_id, source_record_id as consent_key
from checked.source_record
where record_type = 'consent'
