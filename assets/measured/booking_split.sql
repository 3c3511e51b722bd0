-- By which categories other than race is each booking shown?
select booking_category.booking_no, list(split.split_no order by split.split_no) as splits
from scope.booking_category
join scope.split using (domain, breakdown, category)
group by booking_category.booking_no
