-- How right are the links in this county, overall, by race group and by system pair, with intervals, if anybody has judged a sample?
-- A group of which fewer than eleven pairs were judged is named without a figure: so few answers say nothing of it, and may point at people.
select
    grouped_by,
    group_name,
    coalesce(measure, 'precision, recall and f1') as measure,
    case when judged >= 11 then value end as value,
    case when judged >= 11 then low end as low,
    case when judged >= 11 then high end as high,
    case when judged >= 11 then judged end as judged,
    sampled_on,
    model,
    case when judged < 11 then 'too few pairs judged' else standing end as standing
from facts.accuracy
