-- Which contacts of a person, in whatever system, belong together, and which way did each such episode take?
with word as (
    select list(system order by step_no) as systems, list(said order by step_no) as said from scope.way_step
)
select
    domain,
    person_key,
    episode_no,
    first_at,
    last_at,
    is_open,
    contacts,
    if(contacts = 1, 1, len(list_distinct(list_transform(met, lambda each: word.systems[each]))))::bigint as systems,
    word.systems[met[1]] as first_system,
    word.systems[met[-1]] as last_system,
    list_transform(met[1:20], lambda each: word.said[each]) as steps,
    (epoch_us(last_at) - epoch_us(first_at)) / 86400000000 as days,
    gap_days_before
from scope.episode_known
cross join word
order by domain, person_key, episode_no
