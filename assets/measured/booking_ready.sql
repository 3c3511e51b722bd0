-- What will ever be known of each booking: screens, the first service after it, and by which categories other than race it is shown?
select
    booking_known.booking_no,
    booking_known.person_key,
    booking_known.domain,
    booking_known.system,
    booking_known.booked_at,
    booking_known.released_at,
    booking_known.end_is_impossible,
    booking_known.is_duplicate,
    booking_known.uncounted_from,
    booking_known.release_type,
    booking_known.facility,
    booking_known.charge_level,
    booking_known.smi_dx_proxy,
    booking_known.next_booked_at,
    booking_known.previous_booked_at,
    booking_known.previous_custody_until,
    booking_screened.* exclude (booking_no),
    booking_service.first_service_at,
    coalesce(booking_split.splits, []) as splits
from scope.booking_known
left join scope.booking_screened using (booking_no)
left join scope.booking_service using (booking_no)
left join scope.booking_split using (booking_no)
