-- How many people of each race group have frequent contact, by each definition, and how many of them are on its list?
select
    definition_id || coalesce(' in ' || domain, '') as definition,
    definition_name,
    definition_version,
    definition_source,
    race_group,
    people,
    eligible,
    listed,
    list_size,
    round(100 * share_of_people, 1) as percent_of_people,
    round(100 * share_of_eligible, 1) as percent_of_eligible,
    round(100 * share_of_listed, 1) as percent_of_listed,
    window_start::date as window_start,
    window_end::date as window_end,
    reaches_before_records,
    reason
from measured.frequent_utilizer_summary
