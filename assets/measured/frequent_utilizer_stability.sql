-- Who meets a definition this month that did not a month before, who no longer does, and who stayed?
-- One row a definition and pair of neighbouring months, by what is known tonight. This is change and no effect: people at the top of any
-- count tend to come down by themselves.
with answered as (
    select definition_id, domain from scope.definition_domain where reason is null
),
month as (
    select rule_id, months_back, window_start, window_end from scope.definition
),
alike as (
    select definition_id, domain, months, count(*) as people from scope.frequent_utilizer_month group by definition_id, domain, months
),
step as (
    select
        alike.definition_id,
        alike.domain,
        month.months_back,
        coalesce(sum(people) filter (where (months >> months_back) & 1 = 1), 0)::bigint as eligible,
        coalesce(sum(people) filter (where (months >> (months_back + 1)) & 1 = 1), 0)::bigint as eligible_before,
        coalesce(sum(people) filter (where (months >> months_back) & 3 = 3), 0)::bigint as stayed
    from alike
    join month on month.rule_id = alike.definition_id
    group by alike.definition_id, alike.domain, month.months_back
    having eligible + eligible_before > 0
)
select
    answered.definition_id,
    answered.domain,
    month.months_back,
    month.window_end as moment,
    before.window_end as moment_before,
    coalesce(step.eligible, 0) as eligible,
    coalesce(step.eligible_before, 0) as eligible_before,
    coalesce(step.stayed, 0) as stayed,
    coalesce(step.eligible - step.stayed, 0) as entered,
    coalesce(step.eligible_before - step.stayed, 0) as gone,
    step.stayed / nullif(step.eligible_before, 0) as share_stayed,
    step.eligible - step.eligible_before as change_of_eligible
from answered
join month on month.rule_id = answered.definition_id
join month as before on before.rule_id = month.rule_id and before.months_back = month.months_back + 1
left join step
    on step.definition_id = answered.definition_id and step.domain = answered.domain and step.months_back = month.months_back
order by answered.definition_id, answered.domain, month.months_back
