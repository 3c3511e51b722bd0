-- In which stratum does each pair of the frame lie: together or apart and at which weight, between which systems, of which race groups?
select
    pair.subject_a,
    pair.subject_b,
    a.person_key = b.person_key as is_together,
    case
        when a.person_key = b.person_key and scored.match_weight >= $link then 'together_direct'
        when a.person_key = b.person_key then 'together_through_others'
        when not pair.is_candidate and scored.match_weight >= $even then 'near_miss_likely'
        when not pair.is_candidate then 'near_miss'
        when scored.match_weight >= $review then 'apart_likely'
        when scored.match_weight >= $even then 'apart_even'
        else 'apart_low'
    end as band,
    least(a.system, b.system) || ' / ' || greatest(a.system, b.system) as systems,
    least(a.race_group, b.race_group) as race_one,
    greatest(a.race_group, b.race_group) as race_other
from temp.sample_pair as pair
join temp.linked_scored as scored on scored.subject_a = pair.subject_a and scored.subject_b = pair.subject_b
join temp.sample_subject as a on a.subject_id = pair.subject_a
join temp.sample_subject as b on b.subject_id = pair.subject_b
where a.person_key = b.person_key or scored.match_weight >= $floor
