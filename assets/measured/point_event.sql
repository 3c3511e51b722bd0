-- Which events are in the base of one decision point, and which of them are in its numerator?
-- On the population the base lies in the benchmark, so only the numerator is here, with the events that were left out and why.
-- Only events are kept whose outcome is mature: early enough for the follow-up to have been seen whole.
with candidate as (
    select decision_event.*
    from scope.decision_event
    where $base_point::varchar is null and decision_event.start_at >= $period_start
    union all by name
    select decision_event.*
    from scope.decision_event
    semi join (
        select event_no from scope.point_event where point_id = $base_point and in_numerator
    ) as previous using (event_no)
),
anchored as (
    select candidate.*, case when $after_release then candidate.released_at else candidate.start_at end as anchor_at
    from candidate
),
matched as (
    select
        anchored.*,
        anchored.system = event_filter.system
        and (event_filter.record_types is null or coalesce(list_contains(event_filter.record_types, anchored.record_type), false))
        and (event_filter.event_types is null or coalesce(list_contains(event_filter.event_types, anchored.event_type), false))
        and (event_filter.dispositions is null or coalesce(list_contains(event_filter.dispositions, anchored.disposition), false))
        and (event_filter.regions is null or coalesce(list_contains(event_filter.regions, anchored.region), false))
        and (event_filter.intercepts is null or coalesce(list_contains(event_filter.intercepts, anchored.intercept), false))
        and (
            event_filter.is_behavioral_health is null
            or coalesce(event_filter.is_behavioral_health = anchored.is_behavioral_health, false)
        )
        and ($screens::varchar[] is null or coalesce(list_contains($screens::varchar[], anchored.screen), false))
        and ($charge_levels::varchar[] is null or coalesce(list_contains($charge_levels::varchar[], anchored.charge_level), false))
        and ($release_types::varchar[] is null or coalesce(list_contains($release_types::varchar[], anchored.release_type), false))
        and (not $must_be_released or anchored.released_at is not null)
        and (
            $held_hours::integer is null
            or anchored.released_at is null
            or anchored.released_at >= anchored.start_at + to_hours($held_hours::integer)
        ) as is_selected
    from anchored
    join scope.event_filter on event_filter.filter_id = $own_filter
),
following as (
    select domain, person_key, start_at
    from scope.matched_contact
    where
        filter_id = $follow_filter
        and start_at >= $earliest
        and known_at < $as_of
        and coalesce(uncounted_from >= $as_of, true)
),
followed as (
    select waiting.event_no
    from (
        -- A contact does not follow itself, nor a transfer in the same moment.
        select event_no, domain, person_key, anchor_at, if(system = $follow_system, anchor_at + interval 1 microsecond, anchor_at) as first_at
        from matched
        where is_selected and anchor_at is not null
    ) as waiting
    asof join following
        on waiting.domain = following.domain and waiting.person_key = following.person_key and waiting.first_at <= following.start_at
    where following.start_at < waiting.anchor_at + to_days($follow_days::integer)
),
withheld as (
    select domain, person_key
    from scope.withheld
    where system = $own_system or system = $follow_system
    group by all
)
select
    $point::varchar as point_id,
    matched.domain,
    matched.event_no,
    matched.person_key,
    matched.race_group,
    matched.hispanic_unknown,
    matched.anchor_at,
    matched.excluded_because,
    matched.excluded_because is null
    and matched.is_selected
    and ($follow_filter::varchar is null or followed.event_no is not null) as in_numerator,
    withheld.person_key is null as is_linkable
from matched
left join followed using (event_no)
left join withheld on withheld.domain = matched.domain and withheld.person_key = matched.person_key
where
    ($base_point::varchar is not null or matched.is_selected)
    and (
        $held_hours::integer is null
        or (not matched.end_is_impossible and matched.start_at + to_hours($held_hours::integer) <= $own_horizon)
    )
    and ($follow_days::integer is null or matched.anchor_at + to_days($follow_days::integer) <= $follow_horizon)
