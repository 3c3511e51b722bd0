-- When two systems both say a person's race, how often do they say the same, by group and beyond chance?
-- people_a: of the group by the first system; people_b: by the second; ALL: everybody of whom both say one. Which group one system says where
-- the other says another stays with the integrator: those are few people each.
with pair as (
    select domain, system_a, system_b, group_a, group_b, people from measured.race_agreement
),
race_group as (
    select domain, system_a, system_b, race_group
    from (
        select domain, system_a, system_b, group_a as race_group from pair union select domain, system_a, system_b, group_b from pair
    )
),
counted as (
    select
        race_group.domain,
        race_group.system_a,
        race_group.system_b,
        race_group.race_group,
        coalesce(sum(pair.people) filter (where pair.group_a = race_group.race_group), 0)::bigint as people_a,
        coalesce(sum(pair.people) filter (where pair.group_b = race_group.race_group), 0)::bigint as people_b,
        coalesce(sum(pair.people) filter (where pair.group_a = race_group.race_group and pair.group_b = race_group.race_group), 0)::bigint
            as people_agreeing
    from race_group
    join pair using (domain, system_a, system_b)
    group by all
    union all
    select domain, system_a, system_b, 'ALL', people, people, people_agreeing from measured.race_kappa
)
select
    counted.system_a || ' and ' || counted.system_b || coalesce(' in ' || counted.domain, '') as systems,
    counted.race_group,
    counted.system_a as first_system,
    counted.system_b as second_system,
    counted.people_a,
    counted.people_b,
    counted.people_agreeing,
    round(100 * counted.people_agreeing / nullif(counted.people_a, 0), 1) as percent_agreeing_of_a,
    round(100 * counted.people_agreeing / nullif(counted.people_b, 0), 1) as percent_agreeing_of_b,
    round(100 * kappa.agreement_by_chance, 1) as percent_by_chance,
    round(kappa.kappa, 3) as kappa,
    round(kappa.kappa_lower, 3) as kappa_lower,
    round(kappa.kappa_upper, 3) as kappa_upper,
    kappa.reason,
    case when counted.race_group = 'ALL' then 'ALL' end as everybody
from counted
left join measured.race_kappa as kappa
    on counted.race_group = 'ALL'
    and kappa.domain = counted.domain
    and kappa.system_a = counted.system_a
    and kappa.system_b = counted.system_b
