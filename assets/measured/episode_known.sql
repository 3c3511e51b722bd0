-- Which contacts make up each episode, as far as is known at the moment?
-- met: in which step of a way (way_step.sql) each contact was, in their order. Most episodes are one contact: only the others make lists.
with contact as (
    select *
    from scope.episode_contact
    anti join scope.brief_person using (domain, person_key)
    where start_at < $as_of
    union all by name
    select * from scope.episode_brief
),
ended as (
    select
        * replace (case when end_at < $as_of then end_at end as end_at),
        can_be_open and coalesce(end_at >= $as_of, true) as is_open
    from contact
),
known as (
    select
        max(domain) as domain,
        person_key,
        episode_no,
        max(first_at) as first_at,
        max(greatest(start_at, coalesce(end_at, if(is_open, $as_of::timestamp, start_at)))) as last_at,
        bool_or(is_open) as is_open,
        count(*) as contacts,
        max(case when step_no = 1 then way_step_no end) as first_met
    from ended
    group by person_key, episode_no
),
following as (
    select *, (epoch_us(first_at) - epoch_us(lag(last_at) over in_order)) / 86400000000 as gap_days_before
    from known
    window in_order as (partition by person_key order by episode_no)
),
-- The place first, so that sorting the numbers puts the contacts in their order.
several as (
    select person_key, episode_no, list_sort(list(position::bigint * 1000 + way_step_no)) as places
    from ended
    where (person_key, episode_no) in (select (person_key, episode_no) from known where contacts > 1)
    group by person_key, episode_no
)
select
    following.* exclude (first_met),
    coalesce(list_transform(several.places, lambda place: place % 1000), [following.first_met])::smallint[] as met
from following
left join several using (person_key, episode_no)
