-- Who among the affected subjects with evidence of their own was last known to be one of these persons?
select present.number, membership.person_key
from temp.linked_present as present
join registers.main.membership as membership
    on membership.subject_id = present.subject_id and membership.domain = $domain and membership.known_to is null
join temp.linked_parted as parted on parted.person_key = membership.person_key
where not present.is_weak and not present.is_held
order by present.number
