-- Which of the facts that definitions ask for does this scope hold at all?
select
    (select count(*) from scope.contact) > 0 as has_contacts,
    (select count(*) from scope.jail_booking) > 0 as has_bookings,
    (select count(booking_type) from scope.jail_booking) > 0 as booking_type_is_known,
    (select count(release_type) from scope.jail_booking) > 0 as release_type_is_known,
    (select count(charge_level) from scope.jail_booking) > 0 as charge_level_is_known,
    (select count(bjmhs_positive) from scope.jail_booking) + (select count(*) from scope.screening) > 0 as bjmhs_is_known,
    (select count(is_smi) from scope.health_diagnosis) > 0 as diagnosis_is_known,
    (select count(homeless) from scope.jail_booking) + (select count(homeless) from scope.co_responder_encounter) > 0 as homeless_is_known,
    (select count(resident) from scope.person_attribute) > 0 as residence_is_known,
    (select count(age) from scope.person_attribute) > 0 as age_is_known,
    (select count(age_at_event) from scope.contact) > 0 as age_at_event_is_known,
    (select count(*) from scope.race_assertion) > 0 as race_is_known,
    (select count(searched) from scope.police_stop) > 0 as stop_is_known,
    (select count(link_state) from scope.membership) > 0 as membership_is_known
