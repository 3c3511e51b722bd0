-- What did each source deliver on the last thirty nights, and was it taken?
select night, source, verdict, delivery
from facts.delivery
where night > $night::date - 30
