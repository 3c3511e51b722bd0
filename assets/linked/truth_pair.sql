-- How many pairs of subjects are rightly together, are together, and belong together: overall, by race group, sex, age band and system pair?
-- A pair counts for a group if either of its people is in it, so a wrong link across groups costs both.
with subject as (
    select * from temp.linked_truth where has_birth_date or not $with_birth_date
),
cell as (
    select domain, person_key, person, system, race_group, sex, age_band, count(*) as n
    from subject
    group by all
),
-- Every way in which subjects can be together: under one key, of one person, or both.
together as (
    select 'found' as kind, domain, person_key as of, system, race_group, sex, age_band, sum(n) as n from cell group by all
    union all
    select 'true', domain, person::varchar, system, race_group, sex, age_band, sum(n) from cell group by all
    union all
    select 'right', domain, person_key || '|' || person, system, race_group, sex, age_band, sum(n) from cell group by all
),
whole as (
    select kind, domain, of, sum(n) as n from together group by all
),
overall as (
    select 'overall' as slice, 'all' as grp, kind, sum(n * (n - 1) / 2) as pairs from whole group by kind
),
by_race as (
    select 'race_group' as slice, own.race_group as grp, own.kind, sum(whole.n * (whole.n - 1) / 2 - (whole.n - own.n) * (whole.n - own.n - 1) / 2) as pairs
    from (select kind, domain, of, race_group, sum(n) as n from together group by all) as own
    join whole on whole.kind = own.kind and whole.domain = own.domain and whole.of = own.of
    group by own.race_group, own.kind
),
by_sex as (
    select 'sex' as slice, own.sex as grp, own.kind, sum(whole.n * (whole.n - 1) / 2 - (whole.n - own.n) * (whole.n - own.n - 1) / 2) as pairs
    from (select kind, domain, of, sex, sum(n) as n from together group by all) as own
    join whole on whole.kind = own.kind and whole.domain = own.domain and whole.of = own.of
    group by own.sex, own.kind
),
by_age as (
    select 'age_band' as slice, own.age_band as grp, own.kind, sum(whole.n * (whole.n - 1) / 2 - (whole.n - own.n) * (whole.n - own.n - 1) / 2) as pairs
    from (select kind, domain, of, age_band, sum(n) as n from together group by all) as own
    join whole on whole.kind = own.kind and whole.domain = own.domain and whole.of = own.of
    group by own.age_band, own.kind
),
in_system as (
    select kind, domain, of, system, sum(n) as n from together group by all
),
by_system as (
    select
        'system_pair' as slice,
        one.system || ' / ' || other.system as grp,
        one.kind,
        sum(case when one.system = other.system then one.n * (one.n - 1) / 2 else one.n * other.n end) as pairs
    from in_system as one
    join in_system as other
        on other.kind = one.kind and other.domain = one.domain and other.of = one.of and other.system >= one.system
    group by grp, one.kind
),
counted as (
    select * from overall
    union all select * from by_race
    union all select * from by_sex
    union all select * from by_age
    union all select * from by_system
)
select
    slice,
    grp,
    coalesce(sum(pairs) filter (where kind = 'right'), 0)::bigint as right_pairs,
    coalesce(sum(pairs) filter (where kind = 'found'), 0)::bigint as found_pairs,
    coalesce(sum(pairs) filter (where kind = 'true'), 0)::bigint as true_pairs
from counted
where grp is not null
group by slice, grp
order by list_position(['overall', 'race_group', 'sex', 'age_band', 'system_pair'], slice), grp
