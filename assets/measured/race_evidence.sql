-- What is asserted of each person's race and ethnicity, whatever the moment, and which one group does each assertion name?
-- In the categories of 1997 MENA is White. An assertion whose ethnicity is unknown names no group: it cannot say "not Hispanic".
with asserted as (
    select
        person_code.domain,
        person_code.person_key,
        race_assertion.system::scope.word as system,
        coalesce(category_system, 'unknown') as category_system,
        coalesce(method, 'unknown') as method,
        asserted_on,
        coalesce(hispanic, case when list_contains(races, 'HISPANIC') then true end) as hispanic,
        list_sort(list_distinct(list_filter(coalesce(races, []), lambda race: race <> 'HISPANIC'))) as races,
        record_id
    from scope.race_assertion
    join scope.person_code on person_code.given_domain = race_assertion.domain and person_code.given_key = race_assertion.person_key
),
bridged as (
    select *, list_sort(list_distinct(list_transform(races, lambda race: if(race = 'MENA', 'WHITE', race)))) as races_1997 from asserted
)
select
    *,
    case
        when hispanic then 'HISPANIC'
        when len(races_1997) = 0 or hispanic is null then null
        when len(races_1997) > 1 or races_1997[1] = 'MULTIPLE' then 'MULTIRACIAL'
        else races_1997[1]
    end as race_group
from bridged
