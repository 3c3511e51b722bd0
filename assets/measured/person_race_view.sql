-- How does each person appear in the categories of 1997 and of 2024, under each rule, and what was bridged on the way?
-- 1997: two questions, Hispanic of any race apart. 2024: one question, every category asserted. The bridge loses: from 1997 nobody can be
-- found in MENA (it lies in White), nor Hispanic alone told from Hispanic with a race that nobody wrote; from 2024 MENA goes to White.
with ruled as (
    select
        domain,
        person_key,
        max(race_group) filter (where rule = 'county') as by_county_rule,
        max(race_group) filter (where rule = 'latest_self_report') as by_latest_self_report,
        max(race_group) filter (where rule = 'modal') as by_modal,
        max(race_group) filter (where rule = 'prioritised') as by_prioritised,
        list_sort(list(race_group) filter (where rule = 'alone_or_in_combination' and race_group <> 'UNKNOWN')) as omb1997_in_combination
    from scope.person_race_rule
    group by all
),
seen as (
    select
        domain,
        person_key,
        list_sort(list_distinct(list_filter(
            flatten(list(if(hispanic, list_append(races, 'HISPANIC'), races))), lambda race: race not in ('MULTIPLE')
        ))) as omb2024_ever,
        coalesce(bool_or(category_system = 'omb2024_combined'), false) as has_2024,
        coalesce(bool_or(category_system = 'omb1997_two_question'), false) as has_1997,
        coalesce(bool_or(category_system not in ('omb2024_combined', 'omb1997_two_question')), false) as has_other,
        coalesce(bool_or(list_contains(races, 'MENA')), false) as has_mena
    from scope.race_evidence
    group by all
)
select
    ruled.domain,
    ruled.person_key,
    ruled.by_county_rule,
    ruled.by_latest_self_report,
    ruled.by_modal,
    ruled.by_prioritised,
    ruled.omb1997_in_combination,
    case when len(ruled.omb1997_in_combination) = 1 then ruled.omb1997_in_combination[1] end as omb1997_alone,
    coalesce(seen.omb2024_ever, []) as omb2024_in_combination,
    case when len(seen.omb2024_ever) = 1 then seen.omb2024_ever[1] end as omb2024_alone,
    case
        when seen.person_key is null then 'nothing_asserted'
        when seen.has_2024 and seen.has_mena then 'mena_to_white'
        when seen.has_2024 and not seen.has_1997 and not seen.has_other then 'hispanic_alone_has_no_race'
        when seen.has_1997 and not seen.has_other then 'no_mena_before_2024'
        else 'mixed_code_without_ethnicity'
    end as bridge
from ruled
left join seen using (domain, person_key)
order by ruled.domain, ruled.person_key
