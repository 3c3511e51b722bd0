-- Which contacts of a person, in whatever system, belong together, by what is known at the end of seen_until?
-- A contact begins a new episode if it starts more than the county's days after everything before it has ended. An open stay has not ended.
-- What comes later does not change what came before, so that one answer serves every moment; only_brief asks again of the few for whom a
-- stay counts no longer than it lasts.
with contact as (
    select
        step.domain,
        step.person_key,
        step.position,
        way_step.step_no::smallint as way_step_no,
        step.start_at,
        case when step.end_at < $seen_until::timestamp then step.end_at end as end_at,
        step.unit = 'bed_day' and not step.end_is_impossible as can_be_open
    from scope.step
    join scope.way_step on way_step.system = step.system and way_step.intercept = coalesce(step.intercept, -1)
    where
        step.step = 'contact'
        and step.start_at < $seen_until::timestamp
        and coalesce(step.uncounted_from >= $seen_until::timestamp, true)
        and (not $only_brief or (step.domain, step.person_key) in (select (domain, person_key) from scope.brief_person))
),
reached as (
    select
        *,
        max(greatest(start_at, coalesce(end_at, if(can_be_open, 'infinity'::timestamp, start_at)))) over (
            in_order rows between unbounded preceding and 1 preceding
        ) as covered_to,
        way_step_no is distinct from lag(way_step_no) over in_order as is_change,
        row_number() over in_order as row_no
    from contact
    window in_order as (partition by person_key order by position)
),
begun as (
    select
        * exclude (covered_to),
        covered_to is null or (covered_to < 'infinity'::timestamp and start_at > covered_to + to_days($episode_days::integer)) as is_first
    from reached
),
-- The last value so far that an episode's first contact has is that of its own episode.
numbered as (
    select
        * exclude (is_change, row_no),
        (sum(is_first::utinyint) over so_far)::integer as episode_no,
        last_value(case when is_first then start_at end ignore nulls) over so_far as first_at,
        (row_no - last_value(case when is_first then row_no end ignore nulls) over so_far)::integer + 1 as contact_no,
        is_first or is_change as is_step,
        (sum((is_first or is_change)::utinyint) over so_far)::integer as steps
    from begun
    window so_far as (partition by person_key order by position rows between unbounded preceding and current row)
),
-- The way is what the first twenty contacts say, a step that is repeated at once told once.
stepped as (
    select
        * exclude (is_first, contact_no, is_step, steps),
        case
            when is_step and contact_no <= 20 then steps - last_value(case when is_first then steps end ignore nulls) over so_far + 1
        end::tinyint as step_no
    from numbered
    window so_far as (partition by person_key order by position rows between unbounded preceding and current row)
)
select
    *,
    -- Six steps are one number: three digits each, the first step first.
    case when step_no <= 6 then way_step_no * 1000::bigint ** (6 - step_no) else 0 end::bigint as way_part
from stepped
