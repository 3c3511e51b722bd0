-- Which rows become what is known of their record from tonight on?
select keyed.*
from temp.keyed as keyed
join temp.judged as judged on judged.part_order = keyed.part_order and judged.row_position = keyed.row_position
where judged.disposition = 'admitted' and not judged.is_deleted
