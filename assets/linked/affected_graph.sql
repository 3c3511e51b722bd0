-- Who is tied to whom: by an edge that can decide who is one person, or as subject and person by last night's memberships?
-- Firm edges between full records decide, and firm or nearly firm ones of a weak record; only weights between the limits ask who is weak.
-- In hashes of ids, each tie in both directions: numbers are followed several times faster than ids in text. Two ids that fall on one hash
-- would only have more subjects resolved anew than need be.
with firm as (
    select subject_a, subject_b, match_weight
    from linked.edge
    where domain = $domain
      and known_to is null
      and veto is null
      and match_weight >= least($link, $attach - $attach_margin)
),
relevant as (
    select hash(subject_a) as own, hash(subject_b) as other from firm where match_weight >= greatest($link, $attach - $attach_margin)
    union all
    select hash(firm.subject_a), hash(firm.subject_b)
    from firm
    join linked.standardised as a on a.subject_id = firm.subject_a and a.domain = $domain and a.known_to is null
    join linked.standardised as b on b.subject_id = firm.subject_b and b.domain = $domain and b.known_to is null
    where firm.match_weight < greatest($link, $attach - $attach_margin)
      and firm.match_weight >= case when a.is_weak or b.is_weak then $attach - $attach_margin else $link end
),
member as (
    select hash(subject_id) as own, hash('person', person_key) as other
    from registers.main.membership
    where domain = $domain and known_to is null
),
tie as (
    select own, other from relevant
    union all
    select own, other from member
)
select own, other from tie
union all
select other, own from tie
