-- Which scored pairs crossed the link threshold, and by how many whole bits did the weight of each pair move?
select
    before.subject_a is null as is_new,
    after.subject_a is null as is_gone,
    coalesce(before.match_weight >= $link and before.veto is null, false) as linked_before,
    coalesce(after.match_weight >= $link and after.veto is null, false) as linked_after,
    greatest(-10, least(10, round(after.match_weight - before.match_weight)))::integer as shift,
    count(*) as pairs
from temp.diff_edge_before as before
full join temp.diff_edge_after as after on after.subject_a = before.subject_a and after.subject_b = before.subject_b
group by all
order by all
