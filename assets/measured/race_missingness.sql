-- Of how many people of each system is race or ethnicity not known, and how was it asserted where it is?
with met as (
    select domain, system, person_key from scope.contact where start_at < $as_of group by all
),
said as (
    select
        domain,
        system,
        person_key,
        bool_or(len(races) > 0) as has_race,
        bool_or(hispanic is not null) as has_ethnicity,
        bool_or(race_group is not null) as has_group,
        bool_or(method = 'self') as by_self,
        bool_or(method = 'observed') as by_observation
    from scope.race_evidence
    group by all
)
select
    met.domain,
    met.system,
    count(*) as people,
    count(said.person_key) as people_with_assertion,
    count(*) filter (where said.has_race) as people_with_race,
    count(*) filter (where said.has_ethnicity) as people_with_ethnicity,
    count(*) filter (where said.has_group) as people_with_group,
    count(*) filter (where said.by_self) as people_by_self_report,
    count(*) filter (where said.by_observation) as people_by_observation,
    count(*) filter (where not coalesce(said.has_group, false)) / count(*) as share_without_group,
    count(*) filter (where said.has_race and not coalesce(said.has_ethnicity, false)) / count(*) as share_race_without_ethnicity
from met
left join said using (domain, system, person_key)
group by met.domain, met.system
order by met.domain, met.system
