-- What became of every row delivered tonight?
select source, feed, record_type, rows_read, admitted, unchanged, duplicate, superseded, refused, complete_through
from facts.disposition
