-- Which records of this source are known, but not in tonight's full snapshot, not even in a row that was refused?
select held.record_id
from temp.held as held
where held.source = $source
  and not exists (select 1 from temp.keyed as keyed where keyed.record_id = held.record_id)
  and not exists (select 1 from temp.refused_record as refused where refused.record_id = held.record_id)
