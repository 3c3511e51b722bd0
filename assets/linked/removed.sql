-- Which subjects were comparable last night and may not be compared tonight?
select known.subject_id
from linked.standardised as known
anti join temp.linked_permitted as permitted on permitted.subject_id = known.subject_id
where known.domain = $domain and known.known_to is null
