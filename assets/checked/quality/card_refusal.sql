-- Which rules did a source's rows break on its newest nights, how often, in which vendor columns?
select night, feed, column_name, rule, faults
from checked.quality_refusal
where source = $source
    and night in (select distinct night from checked.disposition where source = $source order by night desc limit $nights)
order by night, feed, faults desc, column_name, rule
