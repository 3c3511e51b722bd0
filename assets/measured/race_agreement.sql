-- When two systems both say a person's race, do they say the same?
-- One row a pair of systems and a pair of groups. People of whom one of the two knows no group are not here; race_missingness has them.
select
    one.domain,
    one.system as system_a,
    other.system as system_b,
    one.race_group as group_a,
    other.race_group as group_b,
    count(*) as people
from scope.race_system_group as one
join scope.race_system_group as other
    on other.domain = one.domain and other.person_key = one.person_key and one.system < other.system
where one.race_group <> 'UNKNOWN' and other.race_group <> 'UNKNOWN'
group by all
order by all
