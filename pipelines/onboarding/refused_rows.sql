-- Which rows were refused, each with its place, column, rule and content? (for the report of the data owner only)
select feed, part, row_position, column_name, rule, raw_row::varchar as raw_row
from refused
order by feed, part, row_position, column_name, rule
