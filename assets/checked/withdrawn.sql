-- Which known consents has the source tried to change tonight in a row that was refused? They cannot be relied on any longer.
select held.record_id
from temp.held as held
join temp.refused_record as refused on refused.record_id = held.record_id
where held.source = $source
  and not exists (select 1 from temp.keyed as keyed where keyed.record_id = held.record_id)
