-- Which persons went into another, were parted, or ended on which night, so that whoever holds their keys can follow?
-- Only persons that are linked with others: who may not be linked is nobody's business but the register's.
select
    event.night,
    event.domain,
    event.event as kind,
    coalesce(event.other_key, event.person_key) as old_key,
    case when event.other_key is not null then event.person_key end as new_key,
    event.subjects
from registers.main.person_event as event
where event.event in ('merge', 'split', 'retire') and not ends_with(event.domain, $alone)
order by all
