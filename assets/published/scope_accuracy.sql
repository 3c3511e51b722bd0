-- How accurate is the linkage, as the newest judged sample says?
select grouped_by, group_name, measure, value, low, high, judged
from registers.main.linkage_accuracy
where estimated_on = (select max(estimated_on) from registers.main.linkage_accuracy)
order by grouped_by = 'overall' desc, grouped_by, group_name, measure
