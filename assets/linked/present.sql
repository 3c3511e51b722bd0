-- Which affected subjects may still be compared? Numbered in the order of their ids, so that numbers sort as ids do.
select
    (row_number() over (order by standardised.subject_id) - 1)::integer as number,
    standardised.subject_id,
    standardised.is_weak and not standardised.is_held as is_weak,
    standardised.is_held
from linked.standardised as standardised
semi join temp.linked_affected as affected on affected.subject_id = standardised.subject_id
where standardised.domain = $domain and standardised.known_to is null
