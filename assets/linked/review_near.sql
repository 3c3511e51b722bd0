-- Which edges of subjects that were resolved anew tonight are firm enough for a person to look at, within a person or not?
select domain, subject_a, subject_b, match_weight, veto, hash(domain, subject_a) as a, hash(domain, subject_b) as b
from linked.edge
where known_to is null
  and match_weight >= case when veto is null then least($link, $review, $attach) else $link end
  and (
      hash(domain, subject_a) in (select number from temp.linked_requeued)
      or hash(domain, subject_b) in (select number from temp.linked_requeued)
  )
