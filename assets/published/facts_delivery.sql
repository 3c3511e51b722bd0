-- What did each source deliver on the nights so far, and was it taken?
select item.night, item.name as source, item.verdict, left(item.sha256, 12) as delivery
from registers.main.night_item as item
where item.kind = 'delivery' and item.night <= $night
