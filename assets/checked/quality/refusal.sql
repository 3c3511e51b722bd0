-- How many rows of the delivery broke which rule, by feed and vendor column?
select feed, column_name, rule, count(*) as faults
from refused
group by feed, column_name, rule
order by feed, column_name, rule
