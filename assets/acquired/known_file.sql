-- Which files of the source were taken in on an earlier night, and which were refused under the text the source still has?
with delivery as (
    select
        intake.manifest,
        intake.manifest ->> '$.text' as text,
        exists (
            select 1
            from registers.main.night_item as item
            where item.kind = 'check' and item.name = intake.source and item.sha256 = intake.sha256 and item.verdict in ('refused', 'held')
        ) as refused_when_checked
    from registers.main.intake as intake
    where intake.source = $source and intake.night < $night and intake.verdict = 'accepted'
),
part as (
    select
        delivery.text,
        delivery.refused_when_checked,
        unnest(from_json(
            json_extract(delivery.manifest, '$.parts'),
            '[{"sha256": "VARCHAR", "night": "VARCHAR", "name": "VARCHAR", "stamp": "VARCHAR"}]'
        )) as file
    from delivery
)
select
    part.file.sha256 as sha256,
    not part.refused_when_checked as taken,
    part.file.night::date as file_night,
    part.file.name as file_name,
    coalesce(part.file.stamp, '') as stamp
from part
where not part.refused_when_checked or part.text = $text
union
select intake.sha256, false as taken, null::date as file_night, null::varchar as file_name, '' as stamp
from registers.main.intake as intake
where intake.source = $source and intake.night < $night and intake.verdict = 'refused' and intake.manifest ->> '$.text' = $text
order by all
