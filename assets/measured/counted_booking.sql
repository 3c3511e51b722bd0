-- Which bookings count, what happened after each, and in which cells is each shown?
-- One row a counted booking that the periods asked can reach. Bookings, people and cells are numbers: millions of rows are quick to group.
-- A cell is split_no * 32 + evidence_no * 4 + status_no (cell.sql). A kind of evidence that cannot be asked of a booking (who had left before
-- the landmark) has no cell.
with service as (
    select domain, person_key, start_at
    from scope.late_service
    where known_at < $as_of and coalesce(uncounted_from >= $as_of, true)
    group by all
),
late as (
    select booking.booking_no, service.start_at as first_service_at
    from (
        select booking_no, domain, person_key, released_at
        from scope.booking
        where is_counted and released_at is not null and person_key in (select person_key from service)
    ) as booking
    asof join service
        on booking.domain = service.domain and booking.person_key = service.person_key and booking.released_at <= service.start_at
),
withheld as (
    select domain, person_key
    from scope.withheld
    where system = $connection_system or system in (select system from scope.booking)
    group by all
),
everybody as (
    select domain, split_no from scope.split where breakdown = 'ALL'
),
raced as (
    select person.domain, person.person_key, split.split_no
    from scope.person
    join scope.split on split.domain = person.domain and split.breakdown = 'race_group' and split.category = person.race_group
),
placed as (
    select
        booking.* replace (
            case
                when booking.released_at is not null
                    then least(case when booking.first_service_at < $as_of then booking.first_service_at end, late.first_service_at)
            end as first_service_at
        ),
        booking.released_at is not null and coalesce(list_contains($leaves_community::varchar[], booking.release_type), false)
            as leaves_community,
        booking.released_at is null or withheld.person_key is null as is_linkable,
        everybody.split_no * 32 as all_cell,
        raced.split_no * 32 as race_cell,
        4 + list_position(['positive', 'negative', 'unknown'], booking.either) as either_no,
        8 + list_position(['positive', 'negative', 'unknown'], booking.bjmhs) as bjmhs_no,
        12 + list_position(['positive', 'negative', 'unknown'], booking.smi_dx_proxy) as proxy_no,
        16 + list_position(['positive', 'negative', 'unknown'], booking.screen) as screen_no,
        20 + list_position(['positive', 'negative', 'unknown'], booking.evidence_early) as early_no,
        24 + list_position(['positive', 'negative', 'unknown'], booking.landmark) as landmark_no
    from scope.booking
    join raced using (domain, person_key)
    join everybody using (domain)
    left join late using (booking_no)
    left join withheld using (domain, person_key)
    where
        booking.is_counted
        and (booking.released_at is null or booking.released_at >= $earliest or booking.booked_at >= $earliest)
)
select
    booking_no,
    person_key,
    domain,
    booked_at,
    released_at,
    end_is_impossible,
    next_booked_at,
    previous_booked_at,
    previous_custody_until,
    first_service_at,
    leaves_community,
    is_linkable,
    screen,
    first_screened_at,
    first_positive_at,
    screen_attempts,
    screens_refused,
    -- By what every breakdown is shown by, less and less: earlier periods are not asked by facility and charge.
    [
        all_cell, all_cell + either_no, all_cell + bjmhs_no, all_cell + proxy_no,
        race_cell, race_cell + either_no, race_cell + bjmhs_no, race_cell + proxy_no
    ]::integer[] as cells_by_race,
    list_concat(
        cells_by_race,
        list_transform(splits, lambda split: (split * 32)::integer),
        list_transform(splits, lambda split: (split * 32 + either_no)::integer)
    ) as cells_shown,
    list_filter(
        [
            all_cell + screen_no, all_cell + early_no, all_cell + landmark_no,
            race_cell + screen_no, race_cell + early_no, race_cell + landmark_no
        ]::integer[],
        lambda cell: cell is not null
    ) as cells_in_detail
from placed
