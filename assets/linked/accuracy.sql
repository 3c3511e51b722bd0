-- How right are the links, as the newest judged sample estimates it? No row: no sample was judged, so it is not measured here.
select
    sample,
    estimated_on,
    night as sampled_night,
    model,
    grouped_by,
    group_name,
    measure,
    value,
    low,
    high,
    judged,
    pairs
from registers.main.linkage_accuracy
where estimated_on <= $night
qualify dense_rank() over (order by estimated_on desc, sample) = 1
order by list_position(['overall', 'race_group', 'system_pair'], grouped_by), group_name, measure
