-- Who is anywhere in this scope?
select domain, person_key from scope.contact
union
select domain, person_key from scope.jail_booking
union
select domain, person_key from scope.screening
union
select domain, person_key from scope.person_attribute
union
select domain, person_key from scope.race_assertion
union
select domain, person_key from scope.membership where link_state = 'withheld'
