-- How far are the weights and the levels of scored pairs from each other before and after, by system? Population stability index.
-- The sum over buckets of (share after - share before) * ln(share after / share before); half a pair in every bucket keeps it finite.
with known as (
    select 'before' as side, system, kind, bucket, sum(pairs) as pairs from temp.diff_profile_before group by all
    union all
    select 'after', system, kind, bucket, sum(pairs) from temp.diff_profile_after group by all
),
bucket as (
    select
        system,
        kind,
        bucket,
        coalesce(sum(pairs) filter (where side = 'before'), 0) as before_pairs,
        coalesce(sum(pairs) filter (where side = 'after'), 0) as after_pairs
    from known
    group by system, kind, bucket
),
total as (
    select *, sum(before_pairs) over kinds as before_total, sum(after_pairs) over kinds as after_total, count(*) over kinds as buckets
    from bucket
    window kinds as (partition by system, kind)
),
share as (
    select
        *,
        (before_pairs + 0.5) / (before_total + 0.5 * buckets) as before_share,
        (after_pairs + 0.5) / (after_total + 0.5 * buckets) as after_share
    from total
    where before_total > 0 and after_total > 0
)
select
    system,
    kind,
    any_value(before_total)::bigint as pairs_before,
    any_value(after_total)::bigint as pairs_after,
    round(sum((after_share - before_share) * ln(after_share / before_share)), 4)::double as drift
from share
group by system, kind
order by drift desc, system, kind
