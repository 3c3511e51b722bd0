-- What did the first attempt at this night say of the source's delivery: its rows by feed, why, and until when it is complete?
select rows, reason, complete_through
from registers.main.first_attempt
where night = $night and source = $source
