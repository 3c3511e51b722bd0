-- What follows from the charges of a booking and the address given at it: the level of the gravest charge, and residence?
with gravest as (
    select parent_record_id, min(case charge_level when 'F' then 1 when 'M' then 2 when 'I' then 3 end) as gravity
    from checked.jail_charge_versions
    where known_to is null
    group by parent_record_id
)
select
    booking.record_id,
    case gravest.gravity when 1 then 'F' when 2 then 'M' when 3 then 'I' end as charge_level,
    seen.resident
from checked.jail_booking_versions as booking
left join checked.observation_versions as seen
    on seen.record_id = booking.record_id and seen.evidence = 'primary' and seen.known_to is null
left join gravest on gravest.parent_record_id = booking.record_id
where booking.known_to is null
