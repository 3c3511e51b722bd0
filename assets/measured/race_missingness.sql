-- Of how many people of each system is race or ethnicity not known, and how was it asserted where it is?
with known as (
    select
        domain,
        system,
        said_on < $as_of::date as has_said,
        coalesce(race_on < $as_of::date, false) as has_race,
        coalesce(ethnicity_on < $as_of::date, false) as has_ethnicity,
        coalesce(group_on < $as_of::date, false) as has_group,
        self_on < $as_of::date as by_self,
        observed_on < $as_of::date as by_observation
    from scope.person_system
    where first_at < $as_of
)
select
    domain,
    system,
    count(*) as people,
    count(*) filter (where has_said) as people_with_assertion,
    count(*) filter (where has_race) as people_with_race,
    count(*) filter (where has_ethnicity) as people_with_ethnicity,
    count(*) filter (where has_group) as people_with_group,
    count(*) filter (where by_self) as people_by_self_report,
    count(*) filter (where by_observation) as people_by_observation,
    count(*) filter (where not has_group) / count(*) as share_without_group,
    count(*) filter (where has_race and not has_ethnicity) / count(*) as share_race_without_ethnicity
from known
group by domain, system
order by domain, system
