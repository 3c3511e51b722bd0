-- By region and intercept: how many people have a need, how many were met there, and how much is there room for?
-- Need: people with evidence of serious mental illness or a behavioural-health contact in the period, by the region they live in. Met: those
-- of them with a contact at that intercept in the period. Capacity is what the county states; nothing is assumed where it states none.
with met_in_period as (
    select
        person_key,
        intercept,
        count(*) filter (where coalesce(uncounted_from >= $as_of, true)) as contacts,
        coalesce(bool_or(is_behavioral_health), false) as is_behavioral_health
    from scope.step
    where start_at >= $period_start and start_at < $as_of
    group by person_key, intercept
),
need as (
    select person.domain, person.person_key, person.region
    from scope.person
    where
        person.region is not null
        and (
            person.smi
            or person.person_key in (select person_key from met_in_period where is_behavioral_health)
        )
),
needed as (
    select domain, region, count(*) as people_in_need from need group by all
),
met as (
    select
        need.domain,
        need.region,
        met_in_period.intercept::integer as intercept,
        count(*) as people_met,
        sum(met_in_period.contacts)::bigint as contacts
    from need
    join met_in_period using (person_key)
    where met_in_period.intercept is not null and met_in_period.contacts > 0
    group by all
),
offered as (
    select region, intercept, sum(capacity)::bigint as capacity, list_sort(list(distinct service)) as services,
        list_sort(list(distinct language)) as languages
    from scope.service
    group by all
),
place as (
    select needed.domain, needed.region, intercepts.intercept
    from needed
    cross join (select unnest(range(0, 6)) as intercept) as intercepts
)
select
    place.domain,
    place.region,
    place.intercept::integer as intercept,
    needed.people_in_need,
    coalesce(met.people_met, 0) as people_met,
    coalesce(met.contacts, 0) as contacts,
    needed.people_in_need - coalesce(met.people_met, 0) as people_not_met,
    coalesce(met.people_met, 0) / needed.people_in_need as share_met,
    offered.capacity,
    offered.capacity / needed.people_in_need as capacity_per_person_in_need,
    offered.services,
    offered.languages,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    case when offered.capacity is null then if($has_services, 'no_service_stated', 'services_not_stated') end as reason
from place
join needed using (domain, region)
left join met on met.domain = place.domain and met.region = place.region and met.intercept = place.intercept
left join offered on offered.region = place.region and offered.intercept = place.intercept
order by place.domain, place.region, place.intercept
