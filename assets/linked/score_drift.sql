-- How far are tonight's weights and levels from those of the model version's first full night here, by system? Population stability index.
-- The sum over buckets of (share tonight - share then) * ln(share tonight / share then); half a pair in every bucket keeps it finite.
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
first_night as (
    select domain, system, min(night) as night from enough group by domain, system
),
compared as (
    select first_night.domain, first_night.system, first_night.night
    from first_night
    join enough on enough.domain = first_night.domain and enough.system = first_night.system and enough.night = $night
    where first_night.night < $night
),
paired as (
    select
        coalesce(own.domain, baseline.domain) as domain,
        coalesce(own.system, baseline.system) as system,
        coalesce(own.kind, baseline.kind) as kind,
        coalesce(own.pairs, 0) + 0.5 as now_pairs,
        coalesce(baseline.pairs, 0) + 0.5 as then_pairs
    from (select own.* from own join compared on compared.domain = own.domain and compared.system = own.system) as own
    full join (
        select profile.domain, profile.system, profile.kind, profile.bucket, profile.pairs
        from linked.score_profile as profile
        join compared on compared.domain = profile.domain and compared.system = profile.system and compared.night = profile.night
        where profile.model_version = $model
    ) as baseline
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
