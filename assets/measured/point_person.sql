-- How many events has each person in the base and in the numerator of each decision point?
select
    point_id,
    domain,
    person_key,
    count(*) filter (where excluded_because is null) as n,
    count(*) filter (where in_numerator) as x,
    count(*) filter (where excluded_because is not null) as excluded,
    bool_or(hispanic_unknown) as hispanic_unknown,
    bool_and(is_linkable) as is_linkable,
    any_value(race_group) as race_group
from scope.point_event
group by point_id, domain, person_key
