-- When was each person first met by each system, and from which day on does it say what of their race?
with met as (
    select domain, person_key, system, min(start_at) as first_at
    from scope.step
    where step = 'contact'
    group by domain, person_key, system
),
said as (
    select
        domain,
        person_key,
        system,
        min(known_on) as said_on,
        min(known_on) filter (where len(races) > 0) as race_on,
        min(known_on) filter (where hispanic is not null) as ethnicity_on,
        min(known_on) filter (where race_group is not null) as group_on,
        min(known_on) filter (where method = 'self') as self_on,
        min(known_on) filter (where method = 'observed') as observed_on
    from (select *, coalesce(asserted_on, '-infinity'::date) as known_on from scope.race_evidence)
    group by domain, person_key, system
)
select met.*, said.* exclude (domain, person_key, system)
from met
left join said on said.domain = met.domain and said.person_key = met.person_key and said.system = met.system
