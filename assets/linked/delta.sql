-- Whose identities look different from what was standardised before, or were never standardised?
select tonight.subject_id, tonight.identity_hash
from temp.linked_identity_hash as tonight
left join linked.standardised as known
    on known.subject_id = tonight.subject_id and known.domain = $domain and known.known_to is null
where known.identity_hash is distinct from tonight.identity_hash
