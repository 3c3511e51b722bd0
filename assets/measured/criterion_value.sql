-- How much of each criterion did each person have in its window?
-- Only people who pass the definition's person filter, and only values above zero.
with matched as (
    select
        criterion.definition_id,
        criterion.criterion_no,
        criterion.unit as counted_unit,
        criterion.window_start,
        matched_contact.*
    from scope.criterion
    join scope.matched_contact on matched_contact.filter_id = criterion.filter_id
),
counted as (
    select
        definition_id,
        criterion_no,
        domain,
        person_key,
        case counted_unit when 'event' then count(*) else count(distinct start_at::date) end::double as value
    from matched
    where counted_unit <> 'bed_day' and start_at >= window_start
    group by definition_id, criterion_no, counted_unit, domain, person_key
),
clipped as (
    select
        *,
        epoch_us(greatest(start_at, window_start)) as begins,
        epoch_us(coalesce(end_at, $as_of)) as ends
    from matched
    where counted_unit = 'bed_day' and unit = 'bed_day' and (is_open or end_at > window_start)
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by definition_id, criterion_no, domain, person_key
            order by begins, ends, record_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
),
valued as (
    select definition_id, criterion_no, domain, person_key, value from counted
    union all
    select
        definition_id,
        criterion_no,
        domain,
        person_key,
        -- Whole microseconds add up to the same sum in any order.
        sum(greatest(0, ends - greatest(begins, covered_to))) / 86400000000 as value
    from uncovered
    group by all
)
select valued.*
from valued
join scope.definition_person using (definition_id, domain, person_key)
where valued.value > 0
