-- At which rate does each decision fall on each race group, with 95 % limits, and how does that compare with the reference group?
-- Only lines whose rate may be shown. A ratio says that groups meet a decision at different rates, not why: decided_by says whom to ask.
-- Where the limits of a ratio include 1 the difference may be chance.
select
    intercept,
    point,
    point_name,
    race_group,
    people,
    base,
    base_kind,
    rate,
    rate_lower,
    rate_upper,
    rate_per,
    reference_group,
    rate_ratio,
    ratio_lower,
    ratio_upper,
    rate_if_none_connected,
    rate_if_all_connected,
    decided_by,
    benchmark_source,
    benchmark_year,
    period_start,
    period_end
from racial_disparity
where rate is not null
order by intercept, point, race_group
