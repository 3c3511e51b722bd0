-- What did protecting each aggregate table take, as last worked out by this night?
select recipient || '/' || product as product, table_name, cells, is_primary, complementary, widened, audited, months
from published.protection
where night = (select max(latest.night) from published.protection as latest where latest.night <= $night)
order by product, table_name
