-- What does each scored pair weigh, and does a hard fact forbid it?
select
    scored.subject_a,
    scored.subject_b,
    scored.match_weight,
    scored.match_probability,
    scored.gammas,
    $model::varchar as model_version,
    veto.veto
from temp.linked_scored as scored
left join temp.linked_veto as veto on veto.subject_a = scored.subject_a and veto.subject_b = scored.subject_b
