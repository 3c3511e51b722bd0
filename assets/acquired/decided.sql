-- What was decided about the delivery of a source on a night?
select verdict, rows, reason, sha256, delivered_sha256_used, complete_through
from acquired.delivery
where source = $source and night = $night
