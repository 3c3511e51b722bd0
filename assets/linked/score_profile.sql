-- How are the weights and levels of tonight's scored pairs spread, by the systems of their subjects?
-- Weights in steps of two bits up to forty; a level of -1 had nothing to compare.
with ended as (
    select feature.system, edge.gammas, least(floor(edge.match_weight / 2), 20)::integer as bucket
    from temp.linked_edge as edge
    join temp.linked_feature as feature on feature.subject_id = edge.subject_a
    union all
    select feature.system, edge.gammas, least(floor(edge.match_weight / 2), 20)::integer
    from temp.linked_edge as edge
    join temp.linked_feature as feature on feature.subject_id = edge.subject_b
),
counted as (
    select system, gammas, bucket, count(*) as pairs from ended group by all
),
levelled as (
    select system, unnest(map_entries(gammas::json::map(varchar, integer))) as level, pairs from counted
)
select system, 'match_weight' as kind, bucket, sum(pairs)::bigint as pairs from counted group by all
union all
select system, level.key, level.value, sum(pairs)::bigint from levelled group by all
