-- In which link domains can each definition be answered, and if not, why?
with domains as (
    select domain from scope.person group by all
),
needed as (
    select definition_id, system from scope.criterion group by all
),
seen as (
    select domain, system from scope.person_timeline group by all
)
select
    definition.definition_id,
    domains.domain,
    case
        when count(*) filter (where seen.system is null) > 0 then 'system_not_in_scope'
        when bool_or(definition.smi is not null) and not $smi_is_known then 'smi_not_in_scope'
        when bool_or(definition.homeless is not null) and not $homeless_is_known then 'homeless_not_in_scope'
        when bool_or(definition.resident is not null) and not $resident_is_known then 'residence_not_in_scope'
        when bool_or(definition.min_age is not null) and not $age_is_known then 'age_not_in_scope'
    end as reason
from scope.definition
cross join domains
join needed on needed.definition_id = definition.definition_id
left join seen on seen.domain = domains.domain and seen.system = needed.system
group by definition.definition_id, domains.domain
order by definition.definition_id, domains.domain
