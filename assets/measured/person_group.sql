-- To which group does each person belong under each way of making one group out of many assertions, of whom something new is said?
-- race_group: the county's rule. latest_self_report: the last one somebody gave of themselves. modal: the commonest. prioritised: the first of
-- a fixed order that was ever asserted, Hispanic first. in_combination: every group ever asserted, so that a person may be in several.
with evidence as (
    select race_evidence.*
    from scope.race_evidence
    semi join scope.race_new using (domain, person_key)
    where coalesce(race_evidence.asserted_on < $as_of::date, true)
),
usable as (
    select * from evidence where race_group is not null
),
stepped as (
    select usable.domain, usable.person_key, usable.race_group, race_step.position, race_step.method, race_step.take,
        count(*) as assertions, max(usable.asserted_on) as last_on
    from usable
    join scope.race_step on race_step.method = usable.method
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
latest as (
    select domain, person_key, race_group
    from usable
    where method = 'self'
    qualify row_number() over (partition by domain, person_key order by asserted_on desc nulls last, race_group) = 1
),
modal as (
    select domain, person_key, race_group
    from usable
    group by domain, person_key, race_group
    qualify row_number() over (
        partition by domain, person_key order by count(*) desc, max(asserted_on) desc nulls last, race_group
    ) = 1
),
ever as (
    select domain, person_key, list_sort(list_distinct(flatten(list(if(hispanic, list_append(races_1997, 'HISPANIC'), races_1997))))) as groups
    from evidence
    group by domain, person_key
),
spoken as (
    select
        domain,
        person_key,
        coalesce(bool_or(len(races) > 0 and hispanic is null), false) as has_race_without_ethnicity
    from evidence
    group by domain, person_key
)
select
    spoken.domain,
    spoken.person_key,
    decided.race_group,
    decided.method as decided_by,
    decided.take as decided_as,
    decided.race_group is null and spoken.has_race_without_ethnicity as hispanic_unknown,
    latest.race_group as latest_self_report,
    modal.race_group as modal,
    list_filter(ever.groups, lambda each: each <> 'MULTIPLE') as in_combination,
    -- What the fixed order does not name comes after it.
    coalesce(
        list_filter(
            ['HISPANIC', 'AIAN', 'NHPI', 'BLACK', 'ASIAN', 'OTHER', 'WHITE'], lambda each: list_contains(ever.groups, each)
        )[1],
        list_filter(ever.groups, lambda each: each <> 'MULTIPLE')[1]
    ) as prioritised
from spoken
join ever using (domain, person_key)
left join decided using (domain, person_key)
left join latest using (domain, person_key)
left join modal using (domain, person_key)
