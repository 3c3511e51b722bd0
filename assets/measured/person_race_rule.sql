-- To which group does each person belong under each way of making one group out of many assertions?
-- county: the county's rule. latest_self_report: the last one somebody gave of themselves. modal: the commonest. prioritised: the first of a
-- fixed order that was ever asserted, Hispanic first. alone_or_in_combination: every group ever asserted, so that a person may be in several.
with usable as (
    select * from scope.race_evidence where race_group is not null
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
    select domain, person_key, unnest(if(hispanic, list_append(races_1997, 'HISPANIC'), races_1997)) as race_group
    from scope.race_evidence
),
each_ever as (
    select domain, person_key, race_group from ever where race_group <> 'MULTIPLE' group by all
),
prioritised as (
    select domain, person_key, race_group
    from each_ever
    qualify row_number() over (
        partition by domain, person_key
        order by list_position(['HISPANIC', 'AIAN', 'NHPI', 'BLACK', 'ASIAN', 'OTHER', 'WHITE'], race_group) nulls last, race_group
    ) = 1
)
select 'county' as rule, domain, person_key, race_group from scope.person_race
union all by name
select 'latest_self_report' as rule, person_race.domain, person_race.person_key, coalesce(latest.race_group, 'UNKNOWN') as race_group
from scope.person_race
left join latest using (domain, person_key)
union all by name
select 'modal' as rule, person_race.domain, person_race.person_key, coalesce(modal.race_group, 'UNKNOWN') as race_group
from scope.person_race
left join modal using (domain, person_key)
union all by name
select 'prioritised' as rule, person_race.domain, person_race.person_key, coalesce(prioritised.race_group, 'UNKNOWN') as race_group
from scope.person_race
left join prioritised using (domain, person_key)
union all by name
select 'alone_or_in_combination' as rule, person_race.domain, person_race.person_key, coalesce(each_ever.race_group, 'UNKNOWN') as race_group
from scope.person_race
left join each_ever using (domain, person_key)
