-- How does the county stand on Stepping Up's four measures, one line a group: bookings, stay, connection, return?
-- The evidence is either a screen at booking or a diagnosis before it; a diagnosis code is a proxy and says nothing about functioning.
-- An empty figure is withheld or not given, never nought: the table stepping_up says which.
-- Returns look back from bookings, rebooked looks forward from releases: two questions, two figures.
select
    domain,
    race_group,
    who,
    any_value(value) filter (where measure = 'bookings_with_smi' and part = 'bookings') as share_of_bookings,
    any_value(people) filter (where measure = 'bookings_with_smi' and part = 'bookings') as people_booked,
    any_value(value) filter (where measure = 'average_length_of_stay' and part = 'mean') as mean_days,
    any_value(value) filter (where measure = 'average_length_of_stay' and part = 'median') as median_days,
    any_value(value) filter (where measure = 'average_length_of_stay' and part = 'p90') as days_of_nine_in_ten,
    any_value(value) filter (where measure = 'connection_to_treatment' and part = 'connected_30d') as share_connected_30d,
    any_value(value_if_none) filter (where measure = 'connection_to_treatment' and part = 'connected_30d') as share_connected_30d_if_none,
    any_value(value_if_all) filter (where measure = 'connection_to_treatment' and part = 'connected_30d') as share_connected_30d_if_all,
    any_value(value) filter (where measure = 'recidivism_backward' and part = 'returned_within_365d') as share_of_bookings_returned_365d,
    any_value(value) filter (where measure = 'recidivism_forward' and part = 'rebooked_365d') as share_of_releases_rebooked_365d
from stepping_up
where evidence = 'either'
group by domain, race_group, who
order by domain, race_group, who
