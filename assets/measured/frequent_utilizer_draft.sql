-- Who meets at least one criterion of each definition tonight, who meets the definition, and who is on its list?
-- The composite is the mean of a person's percentile ranks within the criteria, 0 where a criterion has no value. Costs are left out of it:
-- no list is ordered by cost. List places are shared by people with the same composite, and everybody tied at the cut is listed.
with tonight as (
    select criterion.criterion_code, criterion.definition_id, criterion.criterion_no, criterion_cut.domain, criterion_cut.cut
    from scope.criterion
    join scope.criterion_cut using (definition_id, criterion_no)
    where criterion.definition_id in (select rule_id from scope.definition)
),
met as (
    select tonight.definition_id, criterion_value.domain, criterion_value.person_key
    from scope.criterion_value
    join tonight using (criterion_code, domain)
    where criterion_value.value >= tonight.cut
    group by all
),
-- Most people share their value with many others.
ranked as (
    select
        criterion_code,
        domain,
        value,
        (sum(people) over (partition by criterion_code, domain order by value rows between unbounded preceding and current row))::double
        / (sum(people) over (partition by criterion_code, domain))::double as percentile_rank
    from (
        select criterion_code, domain, value, count(*) as people
        from scope.criterion_value
        semi join tonight using (criterion_code, domain)
        group by criterion_code, domain, value
    )
),
standing as (
    select
        tonight.definition_id,
        tonight.criterion_no,
        met.domain,
        met.person_key,
        criterion_value.value,
        criterion_value.value >= tonight.cut as is_met,
        ranked.percentile_rank
    from met
    join tonight on tonight.definition_id = met.definition_id and tonight.domain = met.domain
    join scope.criterion_value
        on criterion_value.criterion_code = tonight.criterion_code
        and criterion_value.domain = met.domain
        and criterion_value.person_key = met.person_key
    join ranked
        on ranked.criterion_code = tonight.criterion_code and ranked.domain = met.domain and ranked.value = criterion_value.value
),
-- In the order of the criteria: the number comes first.
spread as (
    select
        met.definition_id,
        met.domain,
        met.person_key,
        list_sort(
            list(
                {
                    'criterion_no': criterion.criterion_no,
                    'value': coalesce(standing.value, 0),
                    'percentile_rank': case when criterion.unit <> 'cost' then coalesce(standing.percentile_rank, 0) end
                }
            )
        ) as found,
        count(*) filter (where standing.is_met) as criteria_met
    from met
    join scope.criterion using (definition_id)
    left join standing
        on standing.definition_id = met.definition_id
        and standing.criterion_no = criterion.criterion_no
        and standing.domain = met.domain
        and standing.person_key = met.person_key
    group by met.definition_id, met.domain, met.person_key
),
asked as (
    select definition_id, list(criterion_name order by criterion_no) as criteria, count(*) filter (where unit <> 'cost') as ranks
    from scope.criterion
    group by definition_id
),
scored as (
    select
        spread.definition_id,
        spread.domain,
        spread.person_key,
        asked.criteria,
        list_transform(spread.found, lambda each: each.value) as criterion_values,
        spread.criteria_met,
        coalesce(list_sum(list_transform(spread.found, lambda each: each.percentile_rank)) / asked.ranks, 0) as composite
    from spread
    join asked using (definition_id)
),
placed as (
    select
        scored.*,
        definition.version,
        definition.list_size,
        definition.window_start,
        definition.window_end,
        definition.rule_id,
        definition.months_back,
        scored.criteria_met >= definition.needed as qualifies,
        case
            when scored.criteria_met >= definition.needed
                then rank() over (
                    partition by scored.definition_id, scored.domain, scored.criteria_met >= definition.needed
                    order by round(scored.composite, 12) desc
                )
        end as list_rank
    from scored
    join scope.definition using (definition_id)
)
select
    placed.rule_id as definition_id,
    placed.months_back,
    placed.version as definition_version,
    placed.domain,
    placed.person_key,
    person.race_group,
    placed.criteria,
    placed.criterion_values,
    placed.criteria_met,
    placed.qualifies,
    placed.composite,
    placed.list_rank,
    placed.qualifies and coalesce(placed.list_rank <= placed.list_size, true) as listed,
    coalesce(
        placed.list_rank <= placed.list_size
        and placed.list_rank + count(*) over (partition by placed.definition_id, placed.domain, placed.list_rank) - 1 > placed.list_size,
        false
    ) as tied_at_cut,
    placed.window_start,
    placed.window_end
from placed
join scope.person using (domain, person_key)
