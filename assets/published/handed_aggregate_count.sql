-- Which counts of an agency may this product use? No person stands behind them, so they are decided without a subject.
-- An empty dimension means everybody: a count by a dimension that may not be used is left out, never shown as a total.
select
    counted.period_start,
    counted.period_end,
    counted.field,
    counted.decision_point,
    counted.race_group,
    counted.sex,
    counted.age_band,
    counted.region,
    counted.stratum,
    counted.stratum_value,
    counted.count,
    case when allowed.category_system then counted.category_system end as category_system,
    counted.source,
    counted.system
from linked.aggregate_count as counted
join (
    select
        system,
        count(distinct element) filter (
            element in (
                'aggregate_count.period_start', 'aggregate_count.period_end', 'aggregate_count.field', 'aggregate_count.decision_point',
                'aggregate_count.race_group', 'aggregate_count.count'
            )
        ) = 6 as whole,
        coalesce(bool_or(element = 'aggregate_count.sex'), false) as sex,
        coalesce(bool_or(element = 'aggregate_count.age_band'), false) as age_band,
        coalesce(bool_or(element = 'aggregate_count.region'), false) as region,
        coalesce(bool_or(element = 'aggregate_count.stratum'), false)
            and coalesce(bool_or(element = 'aggregate_count.stratum_value'), false) as stratum,
        coalesce(bool_or(element = 'aggregate_count.category_system'), false) as category_system
    from temp.product_decision
    where verdict = 'permit' and subject_id is null
    group by system
) as allowed on allowed.system = counted.system
where allowed.whole
  and (allowed.sex or counted.sex is null)
  and (allowed.age_band or counted.age_band is null)
  and (allowed.region or counted.region is null)
  and (allowed.stratum or counted.stratum is null)
