-- What became of the rows of a source's newest nights, by feed?
select night, feed, rows_read, admitted, unchanged, duplicate, superseded, refused, verdict, complete_through
from checked.disposition
where source = $source
    and night in (select distinct night from checked.disposition where source = $source order by night desc limit $nights)
order by night, feed
