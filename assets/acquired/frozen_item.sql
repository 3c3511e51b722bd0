-- What did the first attempt at this night decide about the source's delivery?
select verdict, sha256
from registers.main.night_item
where night = $night and kind = 'delivery' and name = $source
