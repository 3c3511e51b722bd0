-- Which records of one type are about a subject with a person key tonight, and are not sealed or expunged?
-- Asked of every record type in turn: content.py puts its name in the place of jail_booking.
select
    content.*,
    membership.person_key,
    membership.domain
from checked.jail_booking as content
join linked.membership as membership on membership.subject_id = content.subject_id
where content.person_role = 'subject'
  and not exists (select 1 from consented.erased_record as erased where erased.record_id = content.record_id)
