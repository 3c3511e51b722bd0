-- What did each source deliver for the night, as the register of the night has it?
select name as source, verdict, sha256 as delivered_sha256
from registers.main.night_item
where kind = 'delivery' and night = $night
order by source
