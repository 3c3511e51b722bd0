-- Which deliveries of the source were accepted on earlier nights, and not refused or held when they were checked?
select intake.sha256, intake.manifest
from registers.main.intake as intake
where intake.source = $source
  and intake.night < $night
  and intake.verdict = 'accepted'
  and not exists (
      select 1
      from registers.main.night_item as item
      where item.kind = 'check' and item.name = intake.source and item.sha256 = intake.sha256 and item.verdict in ('refused', 'held')
  )
order by intake.night, intake.sha256
