-- Which categories are there to show bookings by?
select
    (row_number() over (order by domain, split.breakdown, split.category))::integer as split_no,
    domain,
    split.breakdown as breakdown,
    split.category as category,
    case split.breakdown when 'race_group' then split.category when 'ALL' then 'ALL' end as race_group
from (select domain, unnest(splits) as split from scope.counted_booking) as each
group by domain, split.breakdown, split.category
