-- How right are the county's links, as the newest judged sample estimates it? One row says that it is not measured, where none was judged.
with newest as (
    select *
    from registers.main.linkage_accuracy
    where estimated_on <= $night
    qualify dense_rank() over (order by estimated_on desc, sample) = 1
)
select grouped_by, group_name, measure, value, low, high, judged, night as sampled_on, model, 'estimated from a judged sample' as standing
from newest
union all
select 'overall', 'all', null, null, null, null, null, null, null, 'not measured here'
where not exists (select 1 from newest)
