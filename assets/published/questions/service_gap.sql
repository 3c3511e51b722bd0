-- By region and intercept: how many people have a need, how many of them were met there, and how much is there room for?
select
    region || coalesce(' in ' || domain, '') as region,
    intercept,
    people_in_need,
    people_met,
    round(100 * share_met, 1) as percent_met,
    capacity,
    round(100 * capacity_per_person_in_need, 1) as places_per_100_in_need,
    array_to_string(services, ', ') as services,
    array_to_string(languages, ', ') as languages,
    period_start::date as period_start,
    period_end::date as period_end,
    reason,
    min(intercept) over () as first_intercept
from measured.service_gap
