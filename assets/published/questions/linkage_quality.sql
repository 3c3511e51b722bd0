-- How many people of each system are linked to another record, stand alone or may not be linked?
select system || ' in ' || domain as system, grouped.link_state, sum(people)::bigint as people
from facts.link_count
cross join unnest([link_count.link_state, 'ALL']) as grouped (link_state)
group by all
