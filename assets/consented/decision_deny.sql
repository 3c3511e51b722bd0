-- Which denies reach which subjects, for this recipient and operation, whatever the element?
-- A deny reaches every subject of the person, and of a person one scored pair away, tied at least as surely as $denies_across;
-- but never another subject's own records on their way back to the agency that gave them, nor linking, which is decided one by one.
with near as (
    select distinct subject_id, person_key from decision_membership where link_confidence >= $denies_across
),
fitting as (
    select distinct subject_id, reason, coalesce(recipient, '') as recipient, coalesce(element_class, '') as element_class
    from consented.deny
    where (operation is null or operation = $operation)
      and (recipient is null or recipient in ($recipient, $integrator))
      and reason not in ('sealed', 'expunged')  -- whole-subject erasure is a gate of its own
),
denying as (select distinct subject_id from fitting),
person_of as (
    select denying.subject_id as denier, denying.subject_id from denying
    union
    select denying.subject_id, other.subject_id
    from denying
    join near using (subject_id)
    join near as other on other.person_key = near.person_key
),
neighbour as (
    select person_of.denier, edge.subject_b as subject_id from person_of join decision_edge as edge on edge.subject_a = person_of.subject_id
    union
    select person_of.denier, edge.subject_a from person_of join decision_edge as edge on edge.subject_b = person_of.subject_id
),
reached as (
    from person_of
    union
    from neighbour
    union
    select neighbour.denier, other.subject_id
    from neighbour
    join near using (subject_id)
    join near as other on other.person_key = near.person_key
)
select distinct reached.subject_id, fitting.reason, fitting.element_class
from reached
join fitting on fitting.subject_id = reached.denier
join consented.subject on subject.subject_id = reached.subject_id
where case
    when subject.agency = $recipient then reached.denier = reached.subject_id and fitting.recipient in ('', $recipient)
    when $operation = 'link' then reached.denier = reached.subject_id
    else true
end
