-- How many events has each person in the base and in the numerator of each decision point?
with counted as (
    select
        point_no,
        person_key,
        count(*) filter (where not is_excluded) as n,
        count(*) filter (where in_numerator) as x,
        count(*) filter (where is_excluded) as excluded
    from scope.point_event
    group by point_no, person_key
),
withheld as (
    select distinct point_rule.point_no, withheld.person_key
    from scope.withheld
    join scope.point_rule on withheld.system = point_rule.own_system or withheld.system = point_rule.follow_system
)
select
    counted.point_no,
    person.domain,
    counted.person_key,
    counted.n,
    counted.x,
    counted.excluded,
    person.hispanic_unknown,
    withheld.person_key is null as is_linkable,
    person.race_group
from counted
join scope.person using (person_key)
left join withheld on withheld.point_no = counted.point_no and withheld.person_key = counted.person_key
