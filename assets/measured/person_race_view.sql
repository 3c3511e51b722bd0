-- How does each person appear in the categories of 1997 and of 2024, under each rule, and what was bridged on the way?
-- 1997: two questions, Hispanic of any race apart. 2024: one question, every category asserted. The bridge loses: from 1997 nobody can be
-- found in MENA (it lies in White), nor Hispanic alone told from Hispanic with a race that nobody wrote; from 2024 MENA goes to White.
with seen as (
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
    where coalesce(asserted_on < $as_of::date, true)
    group by all
)
select
    person.domain,
    person.person_key,
    person.race_group as by_county_rule,
    coalesce(person_group.latest_self_report, 'UNKNOWN') as by_latest_self_report,
    coalesce(person_group.modal, 'UNKNOWN') as by_modal,
    coalesce(person_group.prioritised, 'UNKNOWN') as by_prioritised,
    case when len(person_group.in_combination) > 0 then person_group.in_combination end as omb1997_in_combination,
    case when len(person_group.in_combination) = 1 then person_group.in_combination[1] end as omb1997_alone,
    coalesce(seen.omb2024_ever, []) as omb2024_in_combination,
    case when len(seen.omb2024_ever) = 1 then seen.omb2024_ever[1] end as omb2024_alone,
    case
        when seen.person_key is null then 'nothing_asserted'
        when seen.has_2024 and seen.has_mena then 'mena_to_white'
        when seen.has_2024 and not seen.has_1997 and not seen.has_other then 'hispanic_alone_has_no_race'
        when seen.has_1997 and not seen.has_other then 'no_mena_before_2024'
        else 'mixed_code_without_ethnicity'
    end as bridge
from scope.person
left join scope.person_group using (domain, person_key)
left join seen using (domain, person_key)
order by person.domain, person.person_key
