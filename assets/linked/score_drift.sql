-- How far are tonight's weights and levels from those the model version began with, by system? Population stability index.
-- The sum over buckets of (share tonight - share then) * ln(share tonight / share then); half a pair in every bucket keeps it finite.
-- "Then" is this county's first night with enough pairs, and before there is one, what the model's card tells of the counties it was
-- measured on.
with own as (
    select domain, system, kind, bucket, pairs from linked.score_profile where night = $night and model_version = $model
),
enough as (
    select night, domain, system, sum(pairs) as pairs
    from linked.score_profile
    where model_version = $model and kind = 'match_weight'
    group by night, domain, system
    having sum(pairs) >= $drift_pairs
),
tonight as (
    select domain, system from enough where night = $night
),
first_night as (
    select domain, system, min(night) as night from enough where night < $night group by domain, system
),
told as (
    select system from temp.linked_score_baseline where kind = 'match_weight' group by system having sum(pairs) >= $drift_pairs
),
baseline as (
    select profile.domain, profile.system, profile.kind, profile.bucket, profile.pairs
    from linked.score_profile as profile
    join first_night
        on first_night.domain = profile.domain and first_night.system = profile.system and first_night.night = profile.night
    semi join tonight on tonight.domain = profile.domain and tonight.system = profile.system
    where profile.model_version = $model
    union all
    select tonight.domain, card.system, card.kind, card.bucket, card.pairs
    from temp.linked_score_baseline as card
    semi join told on told.system = card.system
    join tonight on tonight.system = card.system
    anti join first_night on first_night.domain = tonight.domain and first_night.system = tonight.system
),
paired as (
    select
        coalesce(own.domain, baseline.domain) as domain,
        coalesce(own.system, baseline.system) as system,
        coalesce(own.kind, baseline.kind) as kind,
        coalesce(own.pairs, 0) + 0.5 as now_pairs,
        coalesce(baseline.pairs, 0) + 0.5 as then_pairs
    from (
        select own.* from own semi join baseline on baseline.domain = own.domain and baseline.system = own.system
    ) as own
    full join baseline
        on baseline.domain = own.domain and baseline.system = own.system and baseline.kind = own.kind and baseline.bucket = own.bucket
),
shared as (
    select
        domain,
        system,
        kind,
        now_pairs / sum(now_pairs) over (partition by domain, system, kind) as now_share,
        then_pairs / sum(then_pairs) over (partition by domain, system, kind) as then_share
    from paired
),
indexed as (
    select domain, system, kind, sum((now_share - then_share) * ln(now_share / then_share)) as drift from shared group by all
)
select domain, system, max(drift) as drift, arg_max(kind, drift) as kind
from indexed
group by domain, system
order by domain, system
