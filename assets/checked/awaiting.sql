-- How many admitted rows name a parent that is not known yet, and wait for it?
select count(*)
from temp.fresh as fresh
where fresh.parent_record_id is not null
  and not exists (select 1 from temp.held_parent as parent where parent.record_id = fresh.parent_record_id)
