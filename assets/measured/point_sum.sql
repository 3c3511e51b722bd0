-- How many events and people of each race group are there at each decision point under each rule for race?
select
    person_race_rule.rule,
    point_person.point_id,
    point_person.domain,
    person_race_rule.race_group,
    sum(n)::bigint as base_events,
    count(*) filter (where n > 0) as base_people,
    sum(x)::bigint as events,
    count(*) filter (where x > 0) as people,
    sum(x * x)::bigint as squares,
    sum(x * n)::bigint as products,
    sum(n * n)::bigint as base_squares
from scope.point_person
join scope.person_race_rule using (domain, person_key)
group by all
order by all
