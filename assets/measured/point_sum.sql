-- How many events and people of each race group are there at each decision point under each rule for race?
-- People who have as many events and are grouped alike under every rule are added up first.
with alike as (
    select
        point_person.point_no,
        point_person.domain,
        point_person.n,
        point_person.x,
        point_person.race_group as county,
        coalesce(person_group.latest_self_report, 'UNKNOWN') as latest_self_report,
        coalesce(person_group.modal, 'UNKNOWN') as modal,
        coalesce(person_group.prioritised, 'UNKNOWN') as prioritised,
        case when len(person_group.in_combination) > 0 then person_group.in_combination else ['UNKNOWN'] end as in_combination,
        count(*) as people
    from scope.point_person
    left join scope.person_group using (domain, person_key)
    group by all
),
ruled as (
    select
        alike.*,
        unnest([
            {'rule': 'county', 'groups': [county]},
            {'rule': 'latest_self_report', 'groups': [latest_self_report]},
            {'rule': 'modal', 'groups': [modal]},
            {'rule': 'prioritised', 'groups': [prioritised]},
            {'rule': 'alone_or_in_combination', 'groups': in_combination}
        ]) as told
    from alike
),
grouped as (
    select told.rule as rule, point_no, domain, unnest(told.groups) as race_group, n, x, people from ruled
)
select
    rule,
    point_id,
    domain,
    race_group,
    sum(people * n)::bigint as base_events,
    coalesce(sum(people) filter (where n > 0), 0)::bigint as base_people,
    sum(people * x)::bigint as events,
    coalesce(sum(people) filter (where x > 0), 0)::bigint as people,
    sum(people * x * x)::bigint as squares,
    sum(people * x * n)::bigint as products,
    sum(people * n * n)::bigint as base_squares
from grouped
join scope.decision_point using (point_no)
group by rule, point_id, domain, race_group
order by all
