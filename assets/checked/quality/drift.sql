-- How far is the mix of each coded field's words tonight from that of the usual nights before (population stability index)?
-- Half a row is added to every word, so that a word seen on one side only gives a finite distance.
with tonight as (
    select source, record_type, field, word, rows
    from checked.quality_count
    where night = $night
),
usual as (
    select source, record_type, field, word, sum(rows) as rows
    from checked.quality_count
    inner join temp.quality_usual_night using (source, night)
    group by source, record_type, field, word
),
both_sides as (
    select
        source, record_type, field, word,
        coalesce(tonight.rows, 0) + 0.5 as now,
        coalesce(usual.rows, 0) + 0.5 as before
    from tonight
    full join usual using (source, record_type, field, word)
),
shared as (
    select
        source, record_type, field,
        now / sum(now) over (partition by source, record_type, field) as p,
        before / sum(before) over (partition by source, record_type, field) as q
    from both_sides
),
counted as (
    select source, record_type, field, sum(rows) as rows
    from tonight
    group by source, record_type, field
)
select
    shared.source, null::varchar as feed, shared.record_type, 'drift' as metric, shared.field as dimension,
    sum((p - q) * ln(p / q)) as value, any_value(counted.rows) as rows
from shared
inner join counted using (source, record_type, field)
where exists (select 1 from usual where usual.source = shared.source and usual.record_type = shared.record_type and usual.field = shared.field)
group by shared.source, shared.record_type, shared.field
