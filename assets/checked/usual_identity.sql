-- How complete are the identities known tonight, by system, and by how much did that change since the night before?
with known as (
    select system, last_name, full_name, birth_date_quality, sex, night
    from checked.identity
    cross join (values ($night::date), ($night::date - 1)) as nights (night)
    where known_from <= night
      and (known_to is null or known_to > night)
      and evidence = 'primary'
),
share as (
    select
        system,
        night,
        avg(case when coalesce(last_name, full_name) is not null then 1 else 0 end) as named,
        avg(case when birth_date_quality = 'full' then 1 else 0 end) as with_birth_date,
        avg(case when sex is not null then 1 else 0 end) as with_sex
    from known
    group by system, night
)
select
    tonight.system,
    tonight.named,
    tonight.named - before.named as named_change,
    tonight.with_birth_date - before.with_birth_date as with_birth_date_change,
    tonight.with_sex - before.with_sex as with_sex_change
from share as tonight
left join share as before
    on before.system = tonight.system and before.night = $night::date - 1
where tonight.night = $night
order by tonight.system
