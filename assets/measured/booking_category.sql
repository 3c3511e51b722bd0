-- Into which category of each breakdown does each booking fall, whatever the moment?
select
    booking_no,
    domain,
    told.breakdown as breakdown,
    told.category as category
from (
    select
        booking_no,
        domain,
        unnest([
            {'breakdown': 'sex', 'category': coalesce(sex, 'unknown')},
            {
                'breakdown': 'age_band',
                'category': coalesce(
                    case
                        when age_at_event is not null
                            then list_extract(
                                $age_labels::varchar[],
                                (len(list_filter($age_bands::integer[], lambda band: band <= age_at_event)) + 1)::integer
                            )
                    end,
                    'unknown'
                )
            },
            {'breakdown': 'charge_level', 'category': coalesce(charge_level, 'unknown')},
            {'breakdown': 'arresting_agency', 'category': coalesce(arresting_agency, 'unknown')},
            {'breakdown': 'region', 'category': coalesce(region, 'unknown')},
            {'breakdown': 'facility', 'category': coalesce(facility, 'unknown')},
            {'breakdown': 'booking_type', 'category': coalesce(booking_type, 'unknown')}
        ]) as told
    from scope.booking_known
)
where list_contains($breakdowns::varchar[], told.breakdown)
