-- Which contacts does each filter of the definitions select, and from which moment on is that known?
-- How a stay ended is known from its end on; a stay too short to count does not count once its end is known (booking_known.sql).
-- is_lapped: a stay during which the person has another one, as far as will ever be known; days of the others need no second look.
with contact as (
    select
        *,
        unit = 'bed_day' as is_stay
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
        from (
            select person_key, position, start_at, coalesce(end_at, 'infinity'::timestamp) as ended_at
            from scope.step
            where step = 'contact' and unit = 'bed_day' and coalesce(uncounted_from > '-infinity'::timestamp, true)
        )
        window in_order as (partition by person_key order by position)
    )
    where is_lapped
),
selected as (
    select
        event_filter.filter_id::scope.word as filter_id,
        contact.domain,
        contact.person_key,
        contact.system,
        contact.record_type,
        contact.start_at,
        contact.end_at,
        contact.end_is_impossible,
        contact.is_stay,
        lapped.position is not null as is_lapped,
        if(event_filter.dispositions is not null and contact.is_stay, contact.end_at, contact.start_at) as known_at,
        contact.uncounted_from
    from contact
    join scope.event_filter on event_filter.system = contact.system
    left join lapped on lapped.person_key = contact.person_key and lapped.position = contact.position
    where
        event_filter.is_matched
        and (event_filter.record_types is null or list_contains(event_filter.record_types, contact.record_type))
        and (event_filter.event_types is null or list_contains(event_filter.event_types, contact.event_type))
        and (event_filter.dispositions is null or list_contains(event_filter.dispositions, contact.disposition))
        and (event_filter.regions is null or list_contains(event_filter.regions, contact.region))
        and (event_filter.intercepts is null or list_contains(event_filter.intercepts, contact.intercept))
        and (event_filter.is_behavioral_health is null or event_filter.is_behavioral_health = contact.is_behavioral_health)
)
select * from selected where known_at is not null
