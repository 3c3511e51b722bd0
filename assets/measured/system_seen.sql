-- Which systems does this scope show in which link domain, and which facts about their contacts?
-- A fact that no contact of a system has is one that the scope does not hold: a filter on it would find nothing and read like a finding.
select
    domain,
    system,
    count(event_type) > 0 as knows_event_type,
    count(disposition) > 0 as knows_disposition,
    count(region) > 0 as knows_region,
    count(is_behavioral_health) > 0 as knows_behavioral_health
from scope.person_timeline
where step = 'contact'
group by domain, system
order by domain, system
