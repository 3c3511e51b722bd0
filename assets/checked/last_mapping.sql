-- By which mapping was the source last read on an earlier night?
select sha256
from registers.main.night_item
where kind = 'mapping' and name = $source and night < $night
order by night desc
limit 1
