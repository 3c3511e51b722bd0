-- What does each scored pair weigh, and does a hard fact forbid it?
select
    scored.subject_a,
    scored.subject_b,
    scored.match_weight,
    scored.match_probability,
    scored.gammas,
    $model::varchar as model_version,
    judgement.veto
from temp.linked_scored as scored
left join temp.linked_judgement as judgement on judgement.subject_a = scored.subject_a and judgement.subject_b = scored.subject_b
