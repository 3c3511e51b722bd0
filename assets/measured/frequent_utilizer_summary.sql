-- How many people of each race group meet each definition, and how many of them are on its list?
-- Shares are of the people counted in the row ALL. A definition that this scope cannot answer has a reason and no figure.
with everybody as (
    select domain, race_group, count(*) as people from scope.person group by domain, race_group
),
people as (
    select definition.definition_id, filtered_person.domain, filtered_person.race_group, count(*) as people
    from scope.filtered_person
    join scope.definition on definition.definition_code = filtered_person.definition_code and definition.months_back = 0
    group by all
    union all
    -- Whom a definition without a person filter can find need not be asked person by person.
    select definition.definition_id, everybody.domain, everybody.race_group, everybody.people
    from scope.definition
    join scope.definition_domain on definition_domain.definition_id = definition.definition_id and definition_domain.reason is null
    join everybody on everybody.domain = definition_domain.domain
    where definition.months_back = 0 and not definition.is_filtered
),
based as (
    select definition_id, domain, race_group, sum(people)::bigint as people
    from (select definition_id, domain, unnest([race_group, 'ALL']) as race_group, people from people)
    group by all
),
found as (
    select definition_id, domain, unnest([race_group, 'ALL']) as race_group, qualifies, listed, tied_at_cut
    from scope.frequent_utilizer_draft
),
counted as (
    select
        definition_id,
        domain,
        race_group,
        count(*) filter (where qualifies) as eligible,
        count(*) filter (where listed) as listed,
        count(*) filter (where tied_at_cut) as tied_at_cut
    from found
    group by all
),
answered as (
    select
        based.definition_id,
        based.domain,
        based.race_group,
        based.people,
        coalesce(counted.eligible, 0) as eligible,
        coalesce(counted.listed, 0) as listed,
        coalesce(counted.tied_at_cut, 0) as tied_at_cut
    from based
    left join counted using (definition_id, domain, race_group)
),
whole as (
    select definition_id, domain, people, eligible, listed from answered where race_group = 'ALL'
)
select
    definition_domain.definition_id,
    definition.name as definition_name,
    definition.version as definition_version,
    definition.source as definition_source,
    definition_domain.domain,
    coalesce(answered.race_group, 'ALL') as race_group,
    answered.people,
    answered.eligible,
    answered.listed,
    answered.tied_at_cut,
    definition.list_size,
    case when answered.race_group = 'ALL' then greatest(0, answered.listed - definition.list_size) end as listed_beyond_size,
    answered.people / nullif(whole.people, 0) as share_of_people,
    answered.eligible / nullif(whole.eligible, 0) as share_of_eligible,
    answered.listed / nullif(whole.listed, 0) as share_of_listed,
    answered.listed / nullif(answered.eligible, 0) as listed_of_eligible,
    definition.window_start,
    $as_of::timestamp as window_end,
    definition.reaches_before_records,
    coalesce(definition_domain.reason, case when answered.people is null then 'base_zero' end) as reason
from scope.definition_domain
join scope.definition on definition.definition_id = definition_domain.definition_id
left join answered
    on answered.definition_id = definition_domain.definition_id and answered.domain = definition_domain.domain
left join whole on whole.definition_id = definition_domain.definition_id and whole.domain = definition_domain.domain
order by definition_domain.definition_id, definition_domain.domain, race_group
