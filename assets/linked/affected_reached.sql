-- As whom does the change begin to spread: the subjects that it starts from, and the persons that they were last night?
select hash(subject_id) as number from temp.linked_start
union
select hash('person', membership.person_key)
from registers.main.membership as membership
semi join temp.linked_start as start on start.subject_id = membership.subject_id
where membership.domain = $domain and membership.known_to is null
