-- How many counts would a version let out, are any of them small, and would any give a small change away beside an earlier public release?
with mine as (
    select * from registers.main.release_cell where recipient = $recipient and product = $product and version = $version
),
public as (
    select version, max(rowid) as number
    from registers.main.release_step
    where step = 'publish' and product = $path and version <> $version
    group by version
    order by number desc
    limit $releases
),
earlier as (
    select cell.*
    from registers.main.release_cell as cell
    join public on public.version = cell.version
    where cell.recipient = $recipient and cell.product = $product
),
moved as (
    select distinct mine.table_name, mine.column_name, mine.place
    from mine
    join earlier
        on earlier.table_name = mine.table_name and earlier.column_name = mine.column_name and earlier.place = mine.place
    where abs(mine.value - earlier.value) between 1 and $minimum - 1
      and coalesce(mine.period_start < earlier.period_end and earlier.period_start < mine.period_end, true)
)
select
    count(*) as cells,
    count(mine.value) as shown,
    count(*) filter (where mine.value < $minimum and not (mine.value = 0 and $zeros_shown)) as small,
    (select count(*) from moved) as moved,
    (select count(*) from public) as compared
from mine
