-- Which live edges can decide who is one person: firm ones between full records, firm or nearly firm ones of a weak record?
-- Only weights between the two limits ask whether a record is weak.
with firm as (
    select subject_a, subject_b, match_weight
    from linked.edge
    where domain = $domain
      and known_to is null
      and veto is null
      and match_weight >= least($link, $attach - $attach_margin)
)
select subject_a, subject_b, match_weight from firm where match_weight >= greatest($link, $attach - $attach_margin)
union all
select firm.subject_a, firm.subject_b, firm.match_weight
from firm
join linked.standardised as a on a.subject_id = firm.subject_a and a.domain = $domain and a.known_to is null
join linked.standardised as b on b.subject_id = firm.subject_b and b.domain = $domain and b.known_to is null
where firm.match_weight < greatest($link, $attach - $attach_margin)
  and firm.match_weight >= case when a.is_weak or b.is_weak then $attach - $attach_margin else $link end
