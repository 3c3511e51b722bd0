-- How much of each criterion did each person have in its window?
-- Costs are the county's stated unit costs: a contact that begins in the window, or the days of a stay inside it.
-- Only people who pass the definition's person filter, and only values above zero. Criteria that count the same in the same window
-- (count_code) are counted once; what is compared with earlier months has been counted with them (plain_value.sql).
with asked as (
    select distinct count_code, filter_id::scope.word as filter_id, unit, window_start, window_end
    from scope.criterion
    where count_code not in (select count_code from scope.plain_count where count_code is not null)
),
happened as (
    select asked.count_code, matched_contact.domain, matched_contact.person_key, count(*)::double as value
    from scope.matched_contact
    join asked on asked.filter_id = matched_contact.filter_id
    where
        asked.unit = 'event'
        and matched_contact.start_at >= asked.window_start
        and matched_contact.start_at < asked.window_end
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
    group by asked.count_code, matched_contact.domain, matched_contact.person_key
),
met_on as (
    select count_code, domain, person_key, count(*)::double as value
    from (
        select asked.count_code, matched_contact.domain, matched_contact.person_key, matched_contact.start_at::date as met_on
        from scope.matched_contact
        join asked on asked.filter_id = matched_contact.filter_id
        where
            asked.unit = 'distinct_day'
            and matched_contact.start_at >= asked.window_start
            and matched_contact.start_at < asked.window_end
            and matched_contact.known_at < $as_of
            and coalesce(matched_contact.uncounted_from >= $as_of, true)
        group by asked.count_code, matched_contact.domain, matched_contact.person_key, matched_contact.start_at::date
    )
    group by count_code, domain, person_key
),
-- Who has not left by the moment is held to the end of every window.
clipped as (
    select
        asked.count_code,
        matched_contact.domain,
        matched_contact.person_key,
        matched_contact.is_lapped,
        epoch_us(greatest(matched_contact.start_at, asked.window_start)) as begins,
        epoch_us(least(coalesce(matched_contact.end_at, asked.window_end), asked.window_end)) as ends
    from scope.matched_contact
    join asked on asked.filter_id = matched_contact.filter_id
    where
        asked.unit = 'bed_day'
        and matched_contact.is_stay
        and not matched_contact.end_is_impossible
        and matched_contact.start_at < asked.window_end
        and coalesce(matched_contact.end_at > asked.window_start, true)
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
),
uncovered as (
    select
        *,
        max(ends) over (
            partition by count_code, person_key order by begins, ends rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
    where is_lapped
),
held as (
    -- Whole microseconds add up to the same sum in any order.
    select count_code, domain, person_key, sum(held_for) / 86400000000 as value
    from (
        select count_code, domain, person_key, ends - begins as held_for from clipped where not is_lapped
        union all
        select count_code, domain, person_key, greatest(0, ends - greatest(begins, covered_to)) as held_for from uncovered
    )
    group by count_code, domain, person_key
),
costly as (
    select
        asked.*,
        matched_contact.* exclude (filter_id) replace (
            case when matched_contact.end_at < $as_of then matched_contact.end_at end as end_at
        ),
        matched_contact.is_stay and not matched_contact.end_is_impossible and coalesce(matched_contact.end_at >= $as_of, true) as is_open
    from scope.matched_contact
    join asked on asked.filter_id = matched_contact.filter_id
    where
        asked.unit = 'cost'
        and matched_contact.known_at < $as_of
        and coalesce(matched_contact.uncounted_from >= $as_of, true)
),
priced as (
    select
        costly.count_code,
        costly.domain,
        costly.person_key,
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
    from costly
    join scope.unit_cost
        on unit_cost.system = costly.system and coalesce(unit_cost.record_type = costly.record_type, true)
        and (unit_cost.per = 'event' or costly.is_stay)
    where start_at < window_end and (start_at >= window_start or is_open or end_at > window_start)
    group by all
),
counted as (
    select plain.count_code, plain_value.domain, plain_value.person_key, plain_value.tonight::double as value
    from scope.plain_value
    join (select distinct criterion_code, count_code from scope.plain_count where count_code is not null) as plain using (criterion_code)
    where plain_value.tonight > 0
    union all
    select * from happened
    union all
    select * from met_on
    union all
    select * from held where value > 0
    union all
    select * from priced where value > 0
),
asking as (
    select criterion.criterion_code, criterion.count_code, definition.definition_code, definition.rule_id, definition.is_filtered
    from scope.criterion
    join scope.definition on definition.definition_id = criterion.definition_id
)
-- A definition without a person filter finds everybody where it can be answered: nothing to look up person by person.
select asking.criterion_code, counted.domain, counted.person_key, counted.value
from counted
join asking on asking.count_code = counted.count_code
join scope.definition_domain
    on definition_domain.definition_id = asking.rule_id and definition_domain.domain = counted.domain and definition_domain.reason is null
where not asking.is_filtered
union all
select asking.criterion_code, counted.domain, counted.person_key, counted.value
from counted
join asking on asking.count_code = counted.count_code and asking.is_filtered
join scope.filtered_person
    on filtered_person.definition_code = asking.definition_code and filtered_person.person_key = counted.person_key
