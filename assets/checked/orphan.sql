-- Which rows of a full snapshot name a parent that it does not hold?
select keyed.part_order, keyed.row_position
from temp.keyed as keyed
where keyed.parent_record_id is not null
  and not exists (select 1 from temp.delivered_parent as parent where parent.record_id = keyed.parent_record_id)
