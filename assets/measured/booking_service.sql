-- Which community service comes first after each release, whatever the moment?
-- Of services that are known as soon as they begin; the others are asked for at the moment (counted_booking.sql).
with released as (
    select booking_no, domain, person_key, released_at from scope.booking_known where released_at is not null
),
service as (
    select domain, person_key, start_at
    from scope.matched_contact
    where filter_id = 'connection' and known_at = start_at and uncounted_from is null
    group by all
)
select released.booking_no, service.start_at as first_service_at
from released
asof join service
    on released.domain = service.domain and released.person_key = service.person_key and released.released_at <= service.start_at
