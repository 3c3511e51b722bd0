-- Whose edges, compared anew, are not those that are stored?
with stored as (
    select subject_a, subject_b, match_weight, gammas, veto
    from linked.edge
    where domain = $domain
      and known_to is null
      and (subject_a in (select subject_id from temp.linked_sampled) or subject_b in (select subject_id from temp.linked_sampled))
),
anew as (
    select subject_a, subject_b, match_weight, gammas, veto from temp.linked_edge
)
select unnest([subject_a, subject_b]) as subject_id from ((from stored except from anew) union all (from anew except from stored)) as differing
