-- What did each source deliver for the night?
select source, verdict, complete_through, delivered_sha256_used, reason from acquired.delivery where night = $night order by source
