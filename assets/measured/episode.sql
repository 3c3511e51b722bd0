-- Which contacts of a person, in whatever system, belong together, and which way did each such episode take?
-- A contact begins a new episode if it starts more than the county's days after everything before it has ended. An open stay has not ended.
with contact as (
    select
        domain,
        person_key,
        record_id,
        system,
        intercept,
        start_at,
        is_open,
        greatest(start_at, coalesce(end_at, if(is_open, $as_of::timestamp, start_at))) as until
    from scope.person_timeline
    where step = 'contact' and is_counted
),
reached as (
    select
        *,
        max(until) over (
            partition by domain, person_key order by start_at, record_id rows between unbounded preceding and 1 preceding
        ) as covered_to
    from contact
),
numbered as (
    select
        *,
        sum(case when covered_to is null or start_at > covered_to + to_days($episode_days::integer) then 1 else 0 end) over (
            partition by domain, person_key order by start_at, record_id rows between unbounded preceding and current row
        ) as episode_no
    from reached
),
grouped as (
    select
        domain,
        person_key,
        episode_no::integer as episode_no,
        min(start_at) as first_at,
        max(until) as last_at,
        bool_or(is_open) as is_open,
        count(*) as contacts,
        list({'system': system, 'intercept': intercept} order by start_at, record_id) as met
    from numbered
    group by domain, person_key, episode_no
)
select
    domain,
    person_key,
    episode_no,
    first_at,
    last_at,
    is_open,
    contacts,
    if(contacts = 1, 1, len(list_distinct(list_transform(met, lambda each: each.system))))::bigint as systems,
    met[1].system as first_system,
    met[-1].system as last_system,
    list_transform(met[1:20], lambda each: coalesce(each.intercept::varchar, '-') || ' ' || each.system) as steps,
    (epoch_us(last_at) - epoch_us(first_at)) / 86400000000 as days,
    (epoch_us(first_at) - epoch_us(lag(last_at) over in_order)) / 86400000000 as gap_days_before
from grouped
window in_order as (partition by domain, person_key order by episode_no)
order by domain, person_key, episode_no
