-- Which contacts of a person, in whatever system, belong together, by what is known at the end of seen_until?
-- A contact begins a new episode if it starts more than the county's days after everything before it has ended. An open stay has not ended.
-- What comes later does not change what came before, so that one answer serves every moment; only_brief asks again of the few for whom a
-- stay counts no longer than it lasts.
with contact as (
    select
        domain,
        person_key,
        position,
        system,
        intercept,
        start_at,
        case when end_at < $seen_until::timestamp then end_at end as end_at,
        unit = 'bed_day' and not end_is_impossible as can_be_open
    from scope.step
    where
        step = 'contact'
        and start_at < $seen_until::timestamp
        and coalesce(uncounted_from >= $seen_until::timestamp, true)
        and (not $only_brief or (domain, person_key) in (select (domain, person_key) from scope.brief_person))
),
reached as (
    select
        *,
        max(greatest(start_at, coalesce(end_at, if(can_be_open, 'infinity'::timestamp, start_at)))) over (
            partition by domain, person_key order by position rows between unbounded preceding and 1 preceding
        ) as covered_to
    from contact
),
begun as (
    select
        *,
        covered_to is null or (covered_to < 'infinity'::timestamp and start_at > covered_to + to_days($episode_days::integer)) as is_first
    from reached
)
select
    * exclude (covered_to, is_first),
    (count(*) filter (where is_first) over so_far)::integer as episode_no,
    max(case when is_first then start_at end) over so_far as first_at
from begun
window so_far as (partition by domain, person_key order by position rows between unbounded preceding and current row)
