-- Which bookings count, what happened after each, and into which categories does it fall?
-- One row a counted booking that the periods asked can reach. People and bookings are numbers here: millions of rows are quick to group.
with person as (
    select domain, person_key, race_group, (row_number() over ())::integer as person_no from scope.person
),
-- Services that are not known as soon as they begin, so that the moment decides which of them comes first.
service as (
    select domain, person_key, start_at
    from scope.matched_contact
    where
        filter_id = 'connection'
        and (known_at > start_at or uncounted_from is not null)
        and known_at < $as_of
        and coalesce(uncounted_from >= $as_of, true)
    group by all
),
late as (
    select booking.booking_no, service.start_at as first_service_at
    from (select booking_no, domain, person_key, released_at from scope.booking where is_counted and released_at is not null) as booking
    asof join service
        on booking.domain = service.domain and booking.person_key = service.person_key and booking.released_at <= service.start_at
),
withheld as (
    select domain, person_key
    from scope.withheld
    where system = $connection_system or system in (select system from scope.booking)
    group by all
)
select
    booking.*,
    person.person_no,
    case
        when booking.released_at is not null
            then least(
                case when booking_service.first_service_at < $as_of then booking_service.first_service_at end, late.first_service_at
            )
    end as first_service_at,
    booking.released_at is not null and coalesce(list_contains($leaves_community::varchar[], booking.release_type), false)
        as leaves_community,
    booking.released_at is null or withheld.person_key is null as is_linkable,
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
left join scope.booking_service using (booking_no)
left join late using (booking_no)
left join withheld using (domain, person_key)
where
    booking.is_counted
    and (booking.released_at is null or booking.released_at >= $earliest or booking.booked_at >= $earliest)
