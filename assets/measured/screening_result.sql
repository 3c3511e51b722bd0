-- What did each delivered screen say, scored by the form's own rule, and at which booking was it given?
select
    screening_score.* exclude (booking_record_id),
    booking_screen.booking_record_id,
    (epoch_us(screening_score.screened_at) - epoch_us(booking.booked_at)) / 3600000000 as hours_after_booking
from scope.screening_score
left join scope.booking_screen
    on booking_screen.domain = screening_score.domain and booking_screen.screen_record_id = screening_score.record_id
left join scope.booking using (booking_no)
where screening_score.screened_at < $as_of
order by screening_score.domain, screening_score.person_key, screening_score.screened_at, screening_score.record_id
