-- When was each person first and last met, by whom, how often, with what gaps, and for how many days held, so far for those still held?
with contact as (
    select
        domain,
        person_key,
        system,
        intercept::integer as intercept,
        start_at,
        unit,
        unit = 'bed_day' and not end_is_impossible as has_days,
        unit = 'bed_day' and not end_is_impossible and coalesce(end_at >= $as_of, true) as is_open,
        epoch_us(if(end_at < $as_of, end_at, $as_of)) - epoch_us(start_at) as held_for
    from scope.step
    where step = 'contact' and start_at < $as_of and coalesce(uncounted_from >= $as_of, true)
),
counted as (
    select
        domain,
        person_key,
        min(start_at) as first_contact_at,
        max(start_at) as last_contact_at,
        count(*) as contacts,
        count(distinct start_at::date) as contact_days,
        list_sort(list(distinct system)) as systems,
        list_sort(list(distinct intercept) filter (where intercept is not null)) as intercepts,
        count(*) filter (where unit = 'bed_day') as stays,
        -- Whole microseconds add up to the same sum in any order.
        sum(case when has_days then held_for end) / 86400000000 as days_held,
        max(case when is_open then held_for end) / 86400000000 as days_so_far,
        bool_or(is_open) as is_held
    from contact
    group by all
),
episodes as (
    select
        domain,
        person_key,
        count(*) as episodes,
        max(gap_days_before) as longest_gap_days,
        median(gap_days_before) as median_gap_days
    from scope.episode_known
    group by all
),
changes as (
    select domain, person_key, count(*) filter (where system <> previous_system) as transitions
    from scope.step
    where previous_system is not null and start_at < $as_of and coalesce(uncounted_from >= $as_of, true)
    group by all
)
select
    counted.*,
    coalesce(episodes.episodes, 0) as episodes,
    episodes.longest_gap_days,
    episodes.median_gap_days,
    coalesce(changes.transitions, 0) as transitions
from counted
left join episodes using (domain, person_key)
left join changes using (domain, person_key)
order by counted.domain, counted.person_key
