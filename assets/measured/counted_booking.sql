-- Which bookings count, what happened after each, and into which categories does it fall?
-- One row a counted booking that the periods asked can reach. People and bookings are numbers here: millions of rows are quick to group.
with person as (
    select domain, person_key, race_group, (row_number() over (order by domain, person_key))::integer as person_no from scope.person
)
select
    (row_number() over (order by booking.domain, booking.record_id))::integer as booking_no,
    person.person_no,
    booking.*,
    release_outcome.first_service_at,
    coalesce(release_outcome.leaves_community, false) as leaves_community,
    coalesce(release_outcome.is_linkable, true) as is_linkable,
    list_filter(
        [
            {'breakdown': 'ALL', 'category': 'ALL'},
            {'breakdown': 'race_group', 'category': person.race_group},
            {'breakdown': 'sex', 'category': coalesce(booking.sex, 'unknown')},
            {
                'breakdown': 'age_band',
                'category': coalesce(
                    case
                        when booking.age_at_event is not null
                            then list_extract(
                                $age_labels::varchar[],
                                (len(list_filter($age_bands::integer[], lambda band: band <= booking.age_at_event)) + 1)::integer
                            )
                    end,
                    'unknown'
                )
            },
            {'breakdown': 'charge_level', 'category': coalesce(booking.charge_level, 'unknown')},
            {'breakdown': 'arresting_agency', 'category': coalesce(booking.arresting_agency, 'unknown')},
            {'breakdown': 'region', 'category': coalesce(booking.region, 'unknown')},
            {'breakdown': 'facility', 'category': coalesce(booking.facility, 'unknown')},
            {'breakdown': 'booking_type', 'category': coalesce(booking.booking_type, 'unknown')}
        ],
        lambda split: list_contains($breakdowns::varchar[], split.breakdown)
    ) as splits
from scope.booking
join person using (domain, person_key)
left join scope.release_outcome using (domain, record_id)
where
    booking.is_counted
    and (booking.released_at is null or booking.released_at >= $earliest or booking.booked_at >= $earliest)
