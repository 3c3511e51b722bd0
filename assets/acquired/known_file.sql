-- Which files of the source were taken in on an earlier night, and which were refused under the text the source still has?
with delivery as (
    select
        intake.manifest,
        intake.manifest ->> '$.text' as text,
        exists (
            select 1
            from registers.main.night_item as item
            where item.kind = 'check' and item.name = intake.source and item.sha256 = intake.sha256 and item.verdict = 'refused'
        ) as refused_when_checked
    from registers.main.intake as intake
    where intake.source = $source and intake.night < $night and intake.verdict = 'accepted'
),
part as (
    select
        delivery.text,
        delivery.refused_when_checked,
        unnest(from_json(json_extract(delivery.manifest, '$.parts'), '[{"sha256": "VARCHAR", "night": "VARCHAR"}]')) as file
    from delivery
)
select part.file.sha256 as sha256, not part.refused_when_checked as taken, part.file.night::date as file_night
from part
where not part.refused_when_checked or part.text = $text
union
select intake.sha256, false as taken, null::date as file_night
from registers.main.intake as intake
where intake.source = $source and intake.night < $night and intake.verdict = 'refused' and intake.manifest ->> '$.text' = $text
order by 1, 2, 3
