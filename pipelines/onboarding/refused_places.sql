-- Which rows of a delivery were refused, by file, column and rule, and where do they stand?
select feed, part, column_name, rule, count(*) as faults, list(row_position order by row_position) as places
from refused
group by feed, part, column_name, rule
order by feed, part, faults desc, column_name, rule
