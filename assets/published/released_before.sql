-- What was released before to the reader of this product: its own last releases and tonight's, its last public ones, and the newest of the
-- recipient's other products? Of a night's products the later one, in order of name, is compared with the earlier ones.
with version as (
    select product, version, max(decided_on) as decided_on, max(night) as night
    from registers.main.release_cell
    where recipient = $recipient
    group by product, version
),
own as (
    select *, row_number() over (order by decided_on desc, night desc, version) as place
    from version
    where product = $product and decided_on < $decided_on
),
public as (
    select version.*, row_number() over (order by step.number desc) as place
    from version
    join (
        select version, max(rowid) as number
        from registers.main.release_step
        where step = 'publish' and product = $recipient || '/' || $product
        group by version
    ) as step on step.version = version.version
    where version.product = $product and version.decided_on < $decided_on
),
other as (
    select *, row_number() over (partition by product order by decided_on desc, night desc, version) as place
    from version
    where product <> $product and (decided_on < $decided_on or (decided_on = $decided_on and product < $product))
),
wanted as (
    select product, version, false as is_tonight from own where place <= $releases
    union
    select product, version, false as is_tonight from public where place <= $releases
    union
    select product, version, false as is_tonight from other where place = 1
    union
    select product, version, true as is_tonight from version where product = $product and decided_on = $decided_on
)
select
    wanted.product,
    wanted.version,
    wanted.is_tonight,
    cell.table_name,
    cell.column_name,
    cell.place,
    cell.universe,
    cell.group_of,
    cell.value,
    cell.is_small,
    cell.mark,
    cell.period_start,
    cell.period_end
from registers.main.release_cell as cell
join wanted on wanted.product = cell.product and wanted.version = cell.version
where cell.recipient = $recipient
order by wanted.is_tonight, cell.decided_on, cell.night, cell.rowid
