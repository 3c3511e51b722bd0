-- Which contacts does each filter of the definitions select, and from which moment on is that known?
-- How a stay ended is known from its end on; a stay too short to count does not count once its end is known (booking_known.sql).
-- is_lapped: a stay during which the person has another one, as far as will ever be known; days of the others need no second look.
-- Contacts of one kind are selected alike, so that each filter is asked once of every kind.
with kind as (
    select system, record_type, event_type, disposition, region, intercept, is_behavioral_health
    from scope.step
    where step = 'contact'
    group by all
),
selected as (
    select kind.*, event_filter.filter_id::scope.word as filter_id, event_filter.dispositions is not null as asks_disposition
    from kind
    join scope.event_filter on event_filter.system = kind.system
    where
        event_filter.is_matched
        and (event_filter.record_types is null or list_contains(event_filter.record_types, kind.record_type))
        and (event_filter.event_types is null or list_contains(event_filter.event_types, kind.event_type))
        and (event_filter.dispositions is null or list_contains(event_filter.dispositions, kind.disposition))
        and (event_filter.regions is null or list_contains(event_filter.regions, kind.region))
        and (event_filter.intercepts is null or list_contains(event_filter.intercepts, kind.intercept))
        and (event_filter.is_behavioral_health is null or event_filter.is_behavioral_health = kind.is_behavioral_health)
),
contact as not materialized (
    select *, unit = 'bed_day' as is_stay
    from scope.step
    where step = 'contact' and coalesce(uncounted_from > '-infinity'::timestamp, true)
),
lapped as (
    select person_key, position
    from (
        select
            person_key,
            position,
            start_at < max(ended_at) over (in_order rows between unbounded preceding and 1 preceding)
            or lead(start_at) over in_order < max(ended_at) over (in_order rows between unbounded preceding and current row) as is_lapped
        from (select person_key, position, start_at, coalesce(end_at, 'infinity'::timestamp) as ended_at from contact where is_stay)
        window in_order as (partition by person_key order by position)
    )
    where is_lapped
)
select
    selected.filter_id,
    contact.domain,
    contact.person_key,
    contact.system,
    contact.record_type,
    contact.start_at,
    contact.end_at,
    contact.end_is_impossible,
    contact.is_stay,
    lapped.position is not null as is_lapped,
    if(selected.asks_disposition and contact.is_stay, contact.end_at, contact.start_at) as known_at,
    contact.uncounted_from
from contact
join selected
    on selected.system = contact.system
    and selected.record_type is not distinct from contact.record_type
    and selected.event_type is not distinct from contact.event_type
    and selected.disposition is not distinct from contact.disposition
    and selected.region is not distinct from contact.region
    and selected.intercept is not distinct from contact.intercept
    and selected.is_behavioral_health is not distinct from contact.is_behavioral_health
left join lapped on lapped.person_key = contact.person_key and lapped.position = contact.position
where not (selected.asks_disposition and contact.is_stay and contact.end_at is null)
