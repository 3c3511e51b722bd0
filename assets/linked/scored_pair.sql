-- Whom do the scored nodes stand for?
select
    least(a.subject_id, b.subject_id) as subject_a,
    greatest(a.subject_id, b.subject_id) as subject_b,
    told.match_weight,
    told.match_probability,
    told.gammas
from temp.linked_told as told
join temp.linked_feature as a on a.node = told.node_a
join temp.linked_feature as b on b.node = told.node_b
