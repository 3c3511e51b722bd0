-- Which events are in the base of the decision points of one level, and which of them are in the numerator?
-- Points of level 0 stand on the population, those of a level on numerators of the level before. On the population the base lies in the
-- benchmark, so only the numerator is here, with the events that were left out. Only events are kept whose outcome is mature: early enough
-- for the follow-up to have been seen whole.
with rule as (
    select
        point_rule.* replace (
            try_cast(point_rule.own_system as scope.word) as own_system,
            try_cast(point_rule.follow_system as scope.word) as follow_system,
            try_cast(point_rule.follow_filter as scope.word) as follow_filter
        ),
        event_filter.record_types,
        event_filter.event_types,
        event_filter.dispositions,
        event_filter.regions,
        event_filter.intercepts,
        event_filter.is_behavioral_health as must_be_behavioral_health
    from scope.point_rule
    join scope.event_filter on event_filter.filter_id = point_rule.own_filter
    where point_rule.level = $level
),
candidate as (
    select rule.point_no, decision_event.*
    from scope.decision_event
    join rule on rule.own_system = decision_event.system and decision_event.start_at >= rule.period_start
    where $level = 0
    union all by name
    select rule.point_no, decision_event.*
    from (select point_no as base_no, event_no from scope.point_event where in_numerator) as previous
    join rule using (base_no)
    join scope.decision_event using (event_no)
    where $level > 0
),
matched as (
    select
        candidate.point_no,
        candidate.event_no,
        candidate.person_key,
        candidate.is_excluded,
        case when rule.after_release then candidate.released_at else candidate.start_at end as anchor_at,
        (rule.record_types is null or coalesce(list_contains(rule.record_types, candidate.record_type), false))
        and (rule.event_types is null or coalesce(list_contains(rule.event_types, candidate.event_type), false))
        and (rule.dispositions is null or coalesce(list_contains(rule.dispositions, candidate.disposition), false))
        and (rule.regions is null or coalesce(list_contains(rule.regions, candidate.region), false))
        and (rule.intercepts is null or coalesce(list_contains(rule.intercepts, candidate.intercept), false))
        and (
            rule.must_be_behavioral_health is null
            or coalesce(rule.must_be_behavioral_health = candidate.is_behavioral_health, false)
        )
        and (rule.screens is null or coalesce(list_contains(rule.screens, candidate.screen), false))
        and (rule.charge_levels is null or coalesce(list_contains(rule.charge_levels, candidate.charge_level), false))
        and (rule.release_types is null or coalesce(list_contains(rule.release_types, candidate.release_type), false))
        and (rule.stop_facts is null or coalesce(list_has_any(candidate.stop_facts, rule.stop_facts), false))
        and (not rule.must_be_released or candidate.released_at is not null)
        and (
            rule.held_hours is null
            or candidate.released_at is null
            or candidate.released_at >= candidate.start_at + to_hours(rule.held_hours)
        ) as is_selected,
        rule.follow_filter,
        rule.follow_system = rule.own_system as follows_itself,
        rule.follow_days,
        rule.follow_horizon,
        rule.base_no is null as is_first,
        rule.held_hours is null
        or (not candidate.end_is_impossible and candidate.start_at + to_hours(rule.held_hours) <= rule.own_horizon) as is_mature
    from candidate
    join rule using (point_no)
),
following as (
    select filter_id as follow_filter, person_key, start_at
    from scope.matched_contact
    where
        filter_id in (select follow_filter from rule where follow_filter is not null)
        and start_at >= $earliest
        and known_at < $as_of
        and coalesce(uncounted_from >= $as_of, true)
),
followed as (
    select waiting.point_no, waiting.event_no
    from (
        -- A contact does not follow itself, nor a transfer in the same moment.
        select *, if(follows_itself, anchor_at + interval 1 microsecond, anchor_at) as first_at
        from matched
        where follow_filter is not null and is_selected and anchor_at is not null
    ) as waiting
    asof join following
        on waiting.follow_filter = following.follow_filter
        and waiting.person_key = following.person_key
        and waiting.first_at <= following.start_at
    where following.start_at < waiting.anchor_at + to_days(waiting.follow_days)
)
select
    matched.point_no,
    matched.event_no,
    matched.person_key,
    matched.anchor_at,
    matched.is_excluded,
    not matched.is_excluded
    and matched.is_selected
    and (matched.follow_filter is null or followed.event_no is not null) as in_numerator
from matched
left join followed using (point_no, event_no)
where
    (not matched.is_first or matched.is_selected)
    and matched.is_mature
    and (matched.follow_days is null or matched.anchor_at + to_days(matched.follow_days) <= matched.follow_horizon)
