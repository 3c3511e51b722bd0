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
),
numbered as (
    select
        * exclude (covered_to, is_first),
        (count(*) filter (where is_first) over so_far)::integer as episode_no,
        max(case when is_first then start_at end) over so_far as first_at,
        lag(system) over so_far as previous_system,
        lag(intercept) over so_far as previous_intercept
    from begun
    window so_far as (partition by domain, person_key order by position rows between unbounded preceding and current row)
),
-- The way is what the first twenty contacts say, a step that is repeated at once told once.
told as (
    select
        *,
        row_number() over in_order as contact_no,
        row_number() over in_order = 1
        or system is distinct from previous_system
        or intercept is distinct from previous_intercept as is_step
    from numbered
    window in_order as (partition by person_key, episode_no order by position)
),
stepped as (
    select
        * exclude (previous_system, previous_intercept, contact_no, is_step),
        case
            when is_step and contact_no <= 20
                then count(*) filter (where is_step) over (
                    partition by person_key, episode_no order by position rows between unbounded preceding and current row
                )
        end::tinyint as step_no
    from told
)
select
    stepped.*,
    -- Six steps are one number: three digits each, the first step first.
    case when stepped.step_no <= 6 then way_step.step_no * 1000::bigint ** (6 - stepped.step_no) else 0 end::bigint as way_part
from stepped
join scope.way_step on way_step.system = stepped.system and way_step.intercept = coalesce(stepped.intercept, -1)
