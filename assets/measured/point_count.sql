-- How many events and people of each race group are there at each decision point, and how many of them nobody may know about?
-- potential_*: not seen in the numerator, but perhaps in it: people who may not be looked up, and as many of the rest as there are
-- withheld people of their group (or of unknown group) in the following system, the people with most events first.
with per_person as (
    select * replace (unnest([race_group, 'ALL']) as race_group) from scope.point_person
),
ranked as (
    select
        *,
        row_number() over (
            partition by point_id, domain, race_group order by case when is_linkable then n - x end desc nulls last, person_key
        ) as event_place,
        row_number() over (
            partition by point_id, domain, race_group order by case when is_linkable and x = 0 then 1 end nulls last, person_key
        ) as person_place
    from per_person
),
withheld as (
    select label as point_id, domain, race_group, people from scope.withheld_people
),
limited as (
    select
        ranked.*,
        coalesce(own.people, 0)
        + case when ranked.race_group in ('ALL', 'UNKNOWN') then 0 else coalesce(unknown.people, 0) end as withheld_people
    from ranked
    left join withheld as own
        on own.point_id = ranked.point_id and own.domain = ranked.domain and own.race_group = ranked.race_group
    left join withheld as unknown
        on unknown.point_id = ranked.point_id and unknown.domain = ranked.domain and unknown.race_group = 'UNKNOWN'
)
select
    point_id,
    domain,
    race_group,
    sum(n)::bigint as base_events,
    count(*) filter (where n > 0) as base_people,
    sum(x)::bigint as events,
    count(*) filter (where x > 0) as people,
    sum(x * x)::bigint as squares,
    sum(x * n)::bigint as products,
    sum(n * n)::bigint as base_squares,
    sum(excluded)::bigint as excluded_events,
    count(*) filter (where x > 0 and hispanic_unknown) as ethnicity_unknown_people,
    coalesce(sum(n) filter (where is_linkable), 0)::bigint as linkable_base_events,
    count(*) filter (where is_linkable and n > 0) as linkable_base_people,
    any_value(withheld_people)::bigint as withheld_people,
    coalesce(sum(n - x) filter (where not is_linkable or event_place <= withheld_people), 0)::bigint as potential_events,
    count(*) filter (where n > 0 and x = 0 and (not is_linkable or person_place <= withheld_people)) as potential_people
from limited
group by all
order by point_id, domain, race_group
