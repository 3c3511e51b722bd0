-- Who came under or left the single-system domain of this system tonight?
select
    coalesce(tonight.subject_id, known.subject_id) as subject_id,
    tonight.subject_id is not null as is_withheld
from (select subject_id from temp.linked_withheld where system = $system) as tonight
full join (
    select subject_id from linked.membership_versions where domain = $domain and known_to is null
) as known on known.subject_id = tonight.subject_id
where tonight.subject_id is null or known.subject_id is null
