-- By which identifiers does anybody know the people, and the sealed records, that a deny speaks of tonight?
-- kind: key (the integrator's, in no product), own (an agency's own id, where nothing permits it), erased (an own id that nothing permits).
with denied as (
    select distinct subject_id
    from consented.deny
    where from_night <= $night
      and subject_id is not null
      and ($everybody or list_contains($subjects, subject_id))
),
erased as (
    select record_id, subject_id from consented.erased_record where $everybody or list_contains($subjects, subject_id)
)
select subject_id as identifier, 'key' as kind from denied
union
select membership.person_key as identifier, 'key' as kind
from denied
join linked.membership as membership on membership.subject_id = denied.subject_id
union
select own_id.record_id as identifier, 'key' as kind
from denied
join consented.own_id as own_id on own_id.subject_id = denied.subject_id
where own_id.record_id is not null
union
select own_id.own_id as identifier, 'own' as kind
from denied
join consented.own_id as own_id on own_id.subject_id = denied.subject_id
union
select record_id as identifier, 'key' as kind from erased
union
select own_id.own_id as identifier, 'erased' as kind
from erased
join consented.own_id as own_id on own_id.record_id = erased.record_id
order by all
