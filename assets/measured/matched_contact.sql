-- Which counted contacts does each filter of the definitions select?
select
    event_filter.filter_id,
    person_timeline.domain,
    person_timeline.person_key,
    person_timeline.record_id,
    person_timeline.system,
    person_timeline.record_type,
    person_timeline.start_at,
    person_timeline.end_at,
    person_timeline.unit,
    person_timeline.is_open
from scope.person_timeline
join scope.event_filter on event_filter.system = person_timeline.system
where
    person_timeline.step = 'contact'
    and person_timeline.is_counted
    and (event_filter.record_types is null or list_contains(event_filter.record_types, person_timeline.record_type))
    and (event_filter.event_types is null or list_contains(event_filter.event_types, person_timeline.event_type))
    and (event_filter.dispositions is null or list_contains(event_filter.dispositions, person_timeline.disposition))
    and (event_filter.regions is null or list_contains(event_filter.regions, person_timeline.region))
    and (event_filter.intercepts is null or list_contains(event_filter.intercepts, person_timeline.intercept))
    and (event_filter.is_behavioral_health is null or event_filter.is_behavioral_health = person_timeline.is_behavioral_health)
