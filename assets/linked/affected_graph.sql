-- Which of last night's persons, and subjects that were nobody's yet, does an edge tie together that can decide who is one person?
-- Firm edges between full records decide, and firm or nearly firm ones of a weak record; only weights between the limits ask who is weak.
-- Ties inside one person say nothing that its membership does not: they are nearly all, and left out, so that what is followed stays small.
-- In hashes of ids, each tie in both directions: numbers are joined several times faster than ids in text. Two ids that fall on one hash
-- would only have more subjects resolved anew than need be.
with member as (
    select hash(subject_id) as subject, hash('person', person_key) as person
    from registers.main.membership
    where domain = $domain and known_to is null
),
firm as (
    select hash(subject_a) as a, hash(subject_b) as b, match_weight
    from linked.edge
    where domain = $domain
      and known_to is null
      and veto is null
      and match_weight >= least($link, $attach - $attach_margin)
),
apart as (
    select firm.*, coalesce(own.person, firm.a) as own, coalesce(other.person, firm.b) as other
    from firm
    left join member as own on own.subject = firm.a
    left join member as other on other.subject = firm.b
    where coalesce(own.person, firm.a) <> coalesce(other.person, firm.b)
),
weak as (
    select hash(subject_id) as subject from linked.standardised where domain = $domain and known_to is null and is_weak
),
tie as (
    select own, other
    from apart
    where match_weight >= case
        when a in (select subject from weak) or b in (select subject from weak) then $attach - $attach_margin
        else $link
    end
)
select own, other from tie
union all
select other, own from tie
