-- Which pairs of records of one person, both with a full birth date, were not found, and why, by race group?
-- The first cause that holds counts: no name on one side, no comparison, a veto, a weight below the threshold, other records' word.
with truth as (
    select * from temp.linked_truth where has_birth_date
),
pair as (
    select
        a.race_group,
        a.person_key <> b.person_key as is_missed,
        a.is_named and b.is_named as are_named,
        edge.match_weight,
        edge.veto
    from truth as a
    join truth as b on b.domain = a.domain and b.person = a.person and a.subject_id < b.subject_id
    left join linked.edge as edge
        on edge.domain = a.domain and edge.subject_a = a.subject_id and edge.subject_b = b.subject_id and edge.known_to is null
)
select
    race_group,
    count(*) as pairs,
    count(*) filter (where is_missed) as missed,
    count(*) filter (where is_missed and not are_named) as unnamed,
    count(*) filter (where is_missed and are_named and match_weight is null) as never_compared,
    count(*) filter (where is_missed and are_named and veto is not null) as forbidden,
    count(*) filter (where is_missed and are_named and veto is null and match_weight < $link) as below,
    count(*) filter (where is_missed and are_named and veto is null and match_weight >= $link) as parted
from pair
group by race_group
order by race_group
