-- From which moment on does this scope show each system, and each fact about its contacts?
select
    domain,
    system,
    min(start_at) as seen_from,
    min(start_at) filter (where event_type is not null) as event_type_from,
    min(if(unit = 'bed_day', end_at, start_at)) filter (where disposition is not null) as disposition_from,
    min(start_at) filter (where region is not null) as region_from,
    min(start_at) filter (where is_behavioral_health is not null) as behavioral_health_from
from scope.step
where step = 'contact'
group by domain, system
