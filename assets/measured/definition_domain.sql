-- In which link domains can each definition be answered, and if not, why?
with domains as (
    select domain from scope.person group by all
),
needed as (
    select
        criterion.definition_id,
        criterion.system,
        bool_or(event_filter.event_types is not null) as needs_event_type,
        bool_or(event_filter.dispositions is not null) as needs_disposition,
        bool_or(event_filter.regions is not null) as needs_region,
        bool_or(event_filter.is_behavioral_health is not null) as needs_behavioral_health
    from scope.criterion
    join scope.event_filter using (filter_id)
    group by all
),
priced as (
    select distinct definition_id, system from scope.criterion where unit = 'cost'
),
unpriced as (
    select definition_id from priced where system not in (select system from scope.unit_cost) group by all
)
select
    definition.definition_id,
    domains.domain,
    case
        when count(*) filter (where system_seen.system is null) > 0 then 'system_not_in_scope'
        when bool_or(
            (needed.needs_event_type and not system_seen.knows_event_type)
            or (needed.needs_disposition and not system_seen.knows_disposition)
            or (needed.needs_region and not system_seen.knows_region)
            or (needed.needs_behavioral_health and not system_seen.knows_behavioral_health)
        ) then 'column_not_in_scope'
        when bool_or(definition.definition_id in (select definition_id from unpriced)) then 'cost_not_stated'
        when bool_or(definition.smi is not null) and not $smi_is_known then 'smi_not_in_scope'
        when bool_or(definition.homeless is not null) and not $homeless_is_known then 'homeless_not_in_scope'
        when bool_or(definition.resident is not null) and not $resident_is_known then 'residence_not_in_scope'
        when bool_or(definition.min_age is not null) and not $age_is_known then 'age_not_in_scope'
    end as reason
from scope.definition
cross join domains
join needed on definition.months_back = 0 and needed.definition_id = definition.definition_id
left join scope.system_seen on system_seen.domain = domains.domain and system_seen.system = needed.system
group by definition.definition_id, domains.domain
order by definition.definition_id, domains.domain
