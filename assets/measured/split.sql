-- Which categories are there to show bookings by?
with category as (
    select domain, breakdown, category from scope.booking_category group by all
    union all
    select domain, 'ALL' as breakdown, 'ALL' as category from scope.booking_known group by domain
    union all
    select held.domain, 'race_group' as breakdown, asserted.race_group as category
    from (select domain from scope.booking_known group by domain) as held
    cross join (
        select race_group from scope.race_evidence where race_group is not null
        union
        select 'UNKNOWN' as race_group
    ) as asserted
)
select
    (row_number() over (order by domain, breakdown, category))::integer as split_no,
    domain,
    breakdown,
    category,
    case breakdown when 'race_group' then category when 'ALL' then 'ALL' end as race_group
from category
