-- How many people of each race group have exactly so many events in the base and in the numerator of each decision point?
-- All that a resampling of people needs to know; see bootstrap.py.
select
    point_id,
    domain,
    race_group,
    x::bigint as hits,
    n::bigint as base_events,
    count(*) as people
from scope.point_person
join scope.decision_point using (point_no)
where n > 0
group by point_id, domain, race_group, x, n
order by all
