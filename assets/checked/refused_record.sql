-- Which records are the refused rows about, where their key can be read?
select distinct left(sha256(concat_ws(chr(31), 'record', $source, $record_type, source_record_id)), 32) as record_id
from temp.refused_key
where source_record_id is not null
