-- To which one race group does each person belong under the county's rule?
-- Hispanic of any race first, then more than one race, then the one race. An assertion whose ethnicity is unknown cannot say
-- "not Hispanic" and decides nothing; a person who has only such assertions is UNKNOWN, with the flag hispanic_unknown.
with summed as (
    select
        domain,
        person_key,
        count(*) as assertions,
        count(race_group) as usable_assertions,
        count(distinct race_group) as groups_asserted,
        list_sort(list_distinct(flatten(list(races)))) as races_ever,
        bool_or(hispanic) as hispanic_ever,
        list_sort(list(distinct category_system)) as category_systems
    from scope.race_evidence
    where coalesce(asserted_on < $as_of::date, true)
    group by all
)
select
    person.person_key,
    person.domain,
    person.race_group,
    $rule as race_rule,
    $category_system as category_system,
    person_group.decided_by,
    person_group.decided_as,
    coalesce(summed.assertions, 0) as assertions,
    coalesce(summed.usable_assertions, 0) as usable_assertions,
    coalesce(summed.groups_asserted, 0) as groups_asserted,
    coalesce(summed.races_ever, []) as races_ever,
    summed.hispanic_ever,
    person.hispanic_unknown,
    coalesce(summed.category_systems, []) as category_systems
from scope.person
left join scope.person_group using (domain, person_key)
left join summed using (domain, person_key)
order by person.domain, person.person_key
