-- When was each person first and last met, by whom, how often, with what gaps, and for how many days held, so far for those still held?
with contact as (
    select * from scope.person_timeline where step = 'contact' and is_counted
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
        sum(case when unit = 'bed_day' then days end) as days_held,
        max(case when is_open then days end) as days_so_far,
        bool_or(is_open) as is_held
    from contact
    group by all
),
episodes as (
    select domain, person_key, count(*) as episodes, max(gap_days_before) as longest_gap_days, median(gap_days_before) as median_gap_days
    from scope.episode
    group by all
),
changes as (
    select domain, person_key, count(*) filter (where system <> previous_system) as transitions
    from scope.person_timeline
    where previous_system is not null and is_counted
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
