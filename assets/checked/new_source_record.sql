-- Which records are known for the first time, and under which key of the source?
select distinct
    admitted.record_id, $source as source, $system as system, $record_type as record_type, admitted.source_record_id,
    $night::date as known_from
from temp.admitted as admitted
where not exists (select 1 from checked.source_record as known where known.record_id = admitted.record_id)
