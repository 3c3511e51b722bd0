-- How is race collected at booking, by facility, month and method: for how many is it known, refused, unknown or not asked?
select
    booking.source,
    coalesce(booking.facility, '') as facility,
    date_trunc('month', booking.booked_at)::date as month,
    coalesce(stated.method, 'not_collected') as method,
    coalesce(stated.category_system, 'not_collected') as category_system,
    count(*) as bookings,
    count(*) filter (coalesce(stated.is_known, false)) as race_known,
    count(*) filter (coalesce(stated.is_refused, false)) as race_refused,
    count(*) filter (not coalesce(stated.is_known, false) and not coalesce(stated.is_refused, false)) as race_unknown,
    count(*) filter (coalesce(stated.is_ethnicity_known, false)) as ethnicity_known
from checked.jail_booking as booking
left join temp.quality_race as stated on stated.record_id = booking.record_id and stated.known_to is null
where booking.booked_at >= date_trunc('month', $night::date) - interval 24 month
group by booking.source, facility, month, stated.method, stated.category_system
order by booking.source, facility, month, method, category_system
