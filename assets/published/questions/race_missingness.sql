-- Of how many people of each system is race or ethnicity known, and how many said it themselves?
select
    system || coalesce(' in ' || domain, '') as system,
    people,
    people_with_race,
    people_with_ethnicity,
    people_with_group,
    people_by_self_report,
    people_by_observation,
    round(100 * share_without_group, 1) as percent_without_group,
    round(100 * share_race_without_ethnicity, 1) as percent_race_without_ethnicity,
    round(100 * people_by_self_report / nullif(people, 0), 1) as percent_by_self_report
from measured.race_missingness
