-- How is race collected at a source's bookings, by facility, month and method?
select facility, month, method, category_system, bookings, race_known, race_refused, race_unknown, ethnicity_known
from checked.race_collection
where source = $source
order by facility, month, method, category_system
