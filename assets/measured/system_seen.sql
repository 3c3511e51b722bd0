-- Which systems does this scope show in which link domain, and which facts about their contacts?
-- A fact that no contact of a system has is one that the scope does not hold: a filter on it would find nothing and read like a finding.
select
    domain,
    system,
    coalesce(event_type_from < $as_of, false) as knows_event_type,
    coalesce(disposition_from < $as_of, false) as knows_disposition,
    coalesce(region_from < $as_of, false) as knows_region,
    coalesce(behavioral_health_from < $as_of, false) as knows_behavioral_health
from scope.contact_fact
where seen_from < $as_of
order by domain, system
