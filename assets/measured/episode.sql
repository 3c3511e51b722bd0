-- Which contacts of a person, in whatever system, belong together, and which way did each such episode take?
select
    domain,
    person_key,
    episode_no,
    first_at,
    last_at,
    is_open,
    contacts,
    if(contacts = 1, 1, len(list_distinct(list_transform(met, lambda each: each.system))))::bigint as systems,
    met[1].system as first_system,
    met[-1].system as last_system,
    list_transform(met[1:20], lambda each: coalesce(each.intercept::varchar, '-') || ' ' || each.system) as steps,
    (epoch_us(last_at) - epoch_us(first_at)) / 86400000000 as days,
    (epoch_us(first_at) - epoch_us(lag(last_at) over in_order)) / 86400000000 as gap_days_before
from scope.episode_known
window in_order as (partition by domain, person_key order by episode_no)
order by domain, person_key, episode_no
