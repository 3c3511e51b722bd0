-- How do delivered rows become bookings and people, and how far are we from the jail's own counts?
-- Bookings here are all that were made, whatever the county counts as a booking: the jail counts them too.
-- people are behind our figure. difference is ours minus theirs; difference_pct is per 100 of theirs.
with held as (
    select * from scope.booking
),
stay as (
    select distinct domain, facility, person_key, booked_at, released_at from held where not end_is_impossible and not is_duplicate
),
counted_day as (
    select count_date, facility, sum(population) as population, sum(bookings) as bookings
    from scope.jail_count
    where count_date >= $period_start::date and count_date < $as_of::date
    group by all
),
domains as (
    select domain from held group by all
),
booked as (
    select held.domain, held.facility, counted_day.count_date, held.person_key, counted_day.bookings is not null as is_counted
    from held
    join counted_day on counted_day.facility = held.facility and counted_day.count_date = held.booked_at::date
    where not held.is_duplicate
),
ours_booked as (
    select domain, facility, count_date, count(*) as bookings, count(distinct person_key) as people from booked group by all
),
booked_people as (
    select domain, facility, count(distinct person_key) as people from booked where is_counted group by all
),
moment as (
    select
        count_date,
        facility,
        population is not null as is_counted,
        count_date::timestamp + to_days(case when $count_at_end then 1 else 0 end) as counted_at
    from counted_day
),
present as (
    select distinct stay.domain, moment.facility, moment.count_date, stay.person_key, moment.is_counted
    from moment
    join stay
        on stay.facility = moment.facility
        and stay.booked_at <= moment.counted_at
        and (stay.released_at is null or stay.released_at > moment.counted_at)
),
ours_held as (
    select domain, facility, count_date, count(*) as population from present group by all
),
held_people as (
    select domain, facility, count(distinct person_key) as people from present where is_counted group by all
),
daily as (
    select
        domains.domain,
        counted_day.facility,
        counted_day.count_date,
        coalesce(ours_booked.bookings, 0) as our_bookings,
        coalesce(ours_booked.people, 0) as people_booked,
        counted_day.bookings as their_bookings,
        coalesce(ours_held.population, 0) as our_population,
        counted_day.population as their_population
    from counted_day
    cross join domains
    left join ours_booked using (domain, facility, count_date)
    left join ours_held using (domain, facility, count_date)
),
step as (
    select 1 as step_no, 'rows_delivered' as step, null as domain, null as facility, null::date as count_date,
        null::bigint as people, sum(rows_read)::double as ours, null::double as theirs
    from scope.source_total
    where record_type = 'jail_booking'
    union all by name
    select 2 as step_no, 'records_admitted' as step, sum(admitted_now)::double as ours
    from scope.source_total
    where record_type = 'jail_booking'
    union all by name
    select 3 as step_no, 'bookings' as step, domain, count(distinct person_key) as people, count(*)::double as ours
    from held
    group by domain
    union all by name
    select 4 as step_no, 'same_stay_twice' as step, domain, count(distinct person_key) filter (where is_duplicate) as people,
        count(*) filter (where is_duplicate)::double as ours
    from held
    group by domain
    union all by name
    select 5 as step_no, 'bookings_that_count' as step, domain, count(distinct person_key) filter (where is_counted) as people,
        count(*) filter (where is_counted)::double as ours
    from held
    group by domain
    union all by name
    select 6 as step_no, 'people' as step, domain, count(distinct person_key) as people, count(distinct person_key)::double as ours
    from held
    group by domain
    union all by name
    select 7 as step_no, 'bookings_in_counted_days' as step, domain, facility, any_value(booked_people.people) as people,
        sum(our_bookings) filter (where their_bookings is not null)::double as ours, sum(their_bookings)::double as theirs
    from domains
    left join daily using (domain)
    left join booked_people using (domain, facility)
    group by domain, facility
    union all by name
    select 8 as step_no, 'mean_population_of_counted_days' as step, domain, facility, any_value(held_people.people) as people,
        sum(our_population) filter (where their_population is not null) / nullif(count(their_population), 0) as ours,
        sum(their_population) / nullif(count(their_population), 0) as theirs
    from domains
    left join daily using (domain)
    left join held_people using (domain, facility)
    group by domain, facility
    union all by name
    select 9 as step_no, 'bookings_of_day' as step, domain, facility, count_date, people_booked as people,
        our_bookings::double as ours, their_bookings::double as theirs
    from daily
    union all by name
    select 10 as step_no, 'population_of_day' as step, domain, facility, count_date, our_population as people,
        our_population::double as ours, their_population::double as theirs
    from daily
)
select
    step_no,
    step,
    domain,
    facility,
    count_date,
    $period_start::timestamp as period_start,
    $as_of::timestamp as period_end,
    people,
    ours,
    theirs,
    ours - theirs as difference,
    100 * (ours - theirs) / nullif(theirs, 0) as difference_pct,
    case
        when ours is null then 'not_in_scope'
        when step_no >= 7 and theirs is null then 'not_counted_by_jail'
        when theirs = 0 then 'base_zero'
    end as reason
from step
order by step_no, domain, facility, count_date
