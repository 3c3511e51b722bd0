-- How many people were the subject of a 911 event or met by a crisis team within the last 30, 90 and 180 days, by race group, and how often?
-- The windows lie within each other: the few who are in the longer one alone are a group like any other. Every window has a line for every
-- race group that this product can see, whether or not there was anybody.
with day as (select unnest([30, 90, 180]) as days),
person as (
    select person_race.domain, person_race.person_key, unnest([person_race.race_group, 'ALL']) as race_group from measured.person_race
),
line as (
    select distinct person.domain, person.race_group, day.days from person cross join day
),
met as (
    select person.domain, person.race_group, day.days, person.person_key, count(*) as contacts
    from measured.person_timeline as timeline
    join person using (domain, person_key)
    join day on timeline.start_at >= $as_of::timestamp - to_days(day.days::integer)
    where timeline.record_type in ('cad_person', 'co_responder_encounter')
      and timeline.step = 'contact'
      and timeline.is_counted
      and timeline.start_at < $as_of
    group by person.domain, person.race_group, day.days, person.person_key
),
counted as (
    select domain, race_group, days, count(*) as people, sum(contacts)::bigint as contacts, max(contacts, 2) as most
    from met
    group by domain, race_group, days
)
select
    printf('%d days', line.days) || coalesce(' in ' || line.domain, '') as within_last,
    line.race_group,
    coalesce(counted.people, 0) as people,
    coalesce(counted.contacts, 0) as contacts,
    ($as_of::timestamp - to_days(line.days::integer))::date as period_start,
    $as_of::date as period_end,
    case line.days when 30 then '90 days' when 90 then '180 days' end || coalesce(' in ' || line.domain, '') as wider,
    counted.most[1] as largest,
    counted.most[2] as second_largest
from line
left join counted using (domain, race_group, days)
