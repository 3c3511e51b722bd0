-- How much of each criterion did each person have in its window?
-- Costs are the county's stated unit costs: a contact that begins in the window, or the days of a stay inside it.
-- Only people who pass the definition's person filter, and only values above zero.
with matched as (
    select
        criterion.criterion_code,
        criterion.unit as counted_unit,
        criterion.window_start,
        criterion.window_end,
        matched_contact.* replace (case when matched_contact.end_at < $as_of then matched_contact.end_at end as end_at),
        matched_contact.is_stay and not matched_contact.end_is_impossible and coalesce(matched_contact.end_at >= $as_of, true) as is_open
    from scope.criterion
    join scope.matched_contact on matched_contact.filter_id = criterion.filter_id
    where matched_contact.known_at < $as_of and coalesce(matched_contact.uncounted_from >= $as_of, true)
),
happened as (
    select criterion_code, domain, person_key, count(*)::double as value
    from matched
    where counted_unit = 'event' and start_at >= window_start and start_at < window_end
    group by criterion_code, domain, person_key
),
met_on as (
    select criterion_code, domain, person_key, count(*)::double as value
    from (
        select criterion_code, domain, person_key, start_at::date as met_on
        from matched
        where counted_unit = 'distinct_day' and start_at >= window_start and start_at < window_end
        group by criterion_code, domain, person_key, start_at::date
    )
    group by criterion_code, domain, person_key
),
clipped as (
    select
        criterion_code,
        domain,
        person_key,
        epoch_us(greatest(start_at, window_start)) as begins,
        epoch_us(least(coalesce(end_at, window_end), window_end)) as ends
    from matched
    where counted_unit = 'bed_day' and is_stay and start_at < window_end and (is_open or end_at > window_start)
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by criterion_code, person_key order by begins, ends rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
),
held as (
    -- Whole microseconds add up to the same sum in any order.
    select criterion_code, domain, person_key, sum(greatest(0, ends - greatest(begins, covered_to))) / 86400000000 as value
    from uncovered
    group by criterion_code, domain, person_key
),
priced as (
    select
        matched.criterion_code,
        matched.domain,
        matched.person_key,
        -- Millionths add up to the same sum in any order, which floating-point numbers do not.
        sum(
            (
                case unit_cost.per
                    when 'event' then if(start_at >= window_start, unit_cost.amount, 0)
                    else greatest(0, epoch_us(least(coalesce(end_at, window_end), window_end)) - epoch_us(greatest(start_at, window_start)))
                        / 86400000000 * unit_cost.amount
                end
            )::decimal(24, 6)
        )::double as value
    from matched
    join scope.unit_cost
        on unit_cost.system = matched.system and coalesce(unit_cost.record_type = matched.record_type, true)
        and (unit_cost.per = 'event' or matched.is_stay)
    where counted_unit = 'cost' and start_at < window_end and (start_at >= window_start or is_open or end_at > window_start)
    group by all
),
valued as (
    select criterion.definition_id, criterion.criterion_no, counted.domain, counted.person_key, counted.value
    from (
        select * from happened
        union all
        select * from met_on
        union all
        select * from held
        union all
        select * from priced
    ) as counted
    join scope.criterion using (criterion_code)
)
-- A definition without a person filter finds everybody where it can be answered: nothing to look up person by person.
select valued.*
from valued
join scope.definition on definition.definition_id = valued.definition_id
join scope.definition_domain
    on definition_domain.definition_id = definition.rule_id and definition_domain.domain = valued.domain and definition_domain.reason is null
where valued.value > 0 and not definition.is_filtered
union all
select valued.*
from valued
join (
    select definition_person.definition_id, definition_person.domain, definition_person.person_key
    from scope.definition_person
    join scope.definition on definition.definition_id = definition_person.definition_id and definition.is_filtered
) as filtered using (definition_id, domain, person_key)
where valued.value > 0
