-- Who uses a phone or address that may have become shared tonight or stopped being so, and under which initials?
select used.*
from (
    select subject_id, 'phone' as kind, unnest(phones) as value, left(first_name, 1) || left(last_name, 1) as initials
    from linked.standardised
    where domain = $domain and known_to is null
    union all
    select subject_id, 'address', unnest(addresses), left(first_name, 1) || left(last_name, 1)
    from linked.standardised
    where domain = $domain and known_to is null
) as used
semi join temp.linked_moved_value as moved on moved.kind = used.kind and moved.value = used.value
