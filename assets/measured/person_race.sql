-- To which one race group does each person belong under the county's rule?
-- Hispanic of any race first, then more than one race, then the one race. An assertion whose ethnicity is unknown cannot say
-- "not Hispanic" and decides nothing; a person who has only such assertions is UNKNOWN, with the flag hispanic_unknown.
with everybody as (
    select domain, person_key from scope.contact where start_at < $as_of group by all
    union
    select domain, person_key from scope.person_attribute group by all
    union
    select domain, person_key from scope.race_assertion group by all
),
grouped as (
    select * from scope.race_evidence
),
stepped as (
    select grouped.domain, grouped.person_key, grouped.race_group, race_step.position, race_step.method, race_step.take,
        count(*) as assertions, max(grouped.asserted_on) as last_on
    from grouped
    join scope.race_step on race_step.method = grouped.method
    where grouped.race_group is not null
    group by all
),
decided as (
    select domain, person_key, race_group, method, take
    from stepped
    qualify row_number() over (
        partition by domain, person_key
        order by
            position,
            case when take = 'latest' then last_on end desc nulls last,
            assertions desc,
            last_on desc nulls last,
            race_group
    ) = 1
),
summed as (
    select
        domain,
        person_key,
        count(*) as assertions,
        count(race_group) as usable_assertions,
        count(distinct race_group) as groups_asserted,
        list_sort(list_distinct(flatten(list(races)))) as races_ever,
        bool_or(hispanic) as hispanic_ever,
        coalesce(bool_or(len(races) > 0 and hispanic is null), false) as has_race_without_ethnicity,
        list_sort(list(distinct category_system)) as category_systems
    from grouped
    group by all
)
select
    everybody.person_key,
    everybody.domain,
    coalesce(decided.race_group, 'UNKNOWN') as race_group,
    $rule as race_rule,
    $category_system as category_system,
    decided.method as decided_by,
    decided.take as decided_as,
    coalesce(summed.assertions, 0) as assertions,
    coalesce(summed.usable_assertions, 0) as usable_assertions,
    coalesce(summed.groups_asserted, 0) as groups_asserted,
    coalesce(summed.races_ever, []) as races_ever,
    summed.hispanic_ever,
    decided.race_group is null and coalesce(summed.has_race_without_ethnicity, false) as hispanic_unknown,
    coalesce(summed.category_systems, []) as category_systems
from everybody
left join decided using (domain, person_key)
left join summed using (domain, person_key)
order by everybody.domain, everybody.person_key
