-- Which contacts make up each episode, as far as is known at the moment?
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
        contact.* replace (case when contact.end_at < $as_of then contact.end_at end as end_at),
        way_step.system,
        nullif(way_step.intercept, -1) as intercept,
        contact.can_be_open and coalesce(contact.end_at >= $as_of, true) as is_open
    from contact
    join scope.way_step on way_step.step_no = contact.way_step_no
)
select
    domain,
    person_key,
    episode_no,
    any_value(first_at) as first_at,
    max(greatest(start_at, coalesce(end_at, if(is_open, $as_of::timestamp, start_at)))) as last_at,
    bool_or(is_open) as is_open,
    count(*) as contacts,
    list({'system': system, 'intercept': intercept} order by position) as met
from ended
group by domain, person_key, episode_no
