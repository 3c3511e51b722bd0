-- Which subjects does tonight's change reach: those it starts from, and all that were found from them?
select subject_id from temp.linked_start
union
select standardised.subject_id
from linked.standardised as standardised
semi join temp.linked_reached as reached on reached.number = hash(standardised.subject_id)
where standardised.domain = $domain and standardised.known_to is null
union
select membership.subject_id
from registers.main.membership as membership
semi join temp.linked_reached as reached on reached.number = hash('person', membership.person_key)
where membership.domain = $domain and membership.known_to is null
