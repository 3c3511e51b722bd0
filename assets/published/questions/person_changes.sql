-- Which of the recipient's own numbers stand for a person who went into another or was parted from one, on which night, under which names?
-- The names are this product's own. A change that would tell of somebody this product may not know of is not here.
select
    own_id.own_id as own_number,
    person_change.night as changed_on,
    person_change.kind,
    person_change.old_key as person_was,
    person_change.new_key as person_is
from linked.person_change
join linked.own_id on own_id.person_key in (person_change.old_key, person_change.new_key)
where own_id.key = 'person'
