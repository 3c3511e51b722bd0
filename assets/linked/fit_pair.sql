-- Which pairs could attaching bring together: a weak record with every member of a person it fits, and with the others that fit it?
with met as (
    select fit.number as one, component.number as other
    from temp.linked_fit as fit
    join temp.linked_component as component on component.component = fit.component
    union
    select fit.number, near.number
    from temp.linked_fit as fit
    join temp.linked_fit as near on near.component = fit.component and near.number > fit.number
)
select distinct least(a.subject_id, b.subject_id) as subject_a, greatest(a.subject_id, b.subject_id) as subject_b
from met
join temp.linked_present as a on a.number = met.one
join temp.linked_present as b on b.number = met.other
