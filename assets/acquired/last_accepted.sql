-- Which delivery of the source was accepted last before tonight, and not refused when it was checked?
select item.sha256, intake.manifest
from registers.main.night_item as item
join registers.main.intake as intake on intake.source = item.name and intake.sha256 = item.sha256
where item.kind = 'delivery'
  and item.name = $source
  and item.night < $night
  and item.verdict in ('accepted', 'unchanged')
  and not exists (
      select 1
      from registers.main.night_item as checked
      where checked.kind = 'check' and checked.name = item.name and checked.sha256 = item.sha256 and checked.verdict in ('refused', 'held')
        and checked.night >= item.night and checked.night < $night
  )
order by item.night desc
limit 1
