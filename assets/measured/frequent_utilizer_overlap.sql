-- Whom does one definition find that another does not?
-- Every pair of definitions of one domain that can both be answered; eligible people, and people on the lists.
with answered as (
    select definition_id, domain from scope.definition_domain where reason is null
),
found as (
    select definition_id, domain, person_key, listed from scope.frequent_utilizer_draft where qualifies
),
sized as (
    select definition_id, domain, count(*) as eligible, count(*) filter (where listed) as listed from found group by all
),
joint as (
    select
        one.definition_id as definition_a,
        other.definition_id as definition_b,
        one.domain,
        count(*) as eligible_by_both,
        count(*) filter (where one.listed and other.listed) as listed_by_both
    from found as one
    join found as other on other.domain = one.domain and other.person_key = one.person_key and one.definition_id < other.definition_id
    group by all
)
select
    one.definition_id as definition_a,
    other.definition_id as definition_b,
    one.domain,
    coalesce(size_a.eligible, 0) as eligible_a,
    coalesce(size_b.eligible, 0) as eligible_b,
    coalesce(joint.eligible_by_both, 0) as eligible_by_both,
    coalesce(size_a.eligible, 0) - coalesce(joint.eligible_by_both, 0) as eligible_only_a,
    coalesce(size_b.eligible, 0) - coalesce(joint.eligible_by_both, 0) as eligible_only_b,
    coalesce(joint.listed_by_both, 0) as listed_by_both,
    coalesce(joint.eligible_by_both, 0)
    / nullif(coalesce(size_a.eligible, 0) + coalesce(size_b.eligible, 0) - coalesce(joint.eligible_by_both, 0), 0) as share_of_either
from answered as one
join answered as other on other.domain = one.domain and one.definition_id < other.definition_id
left join sized as size_a on size_a.definition_id = one.definition_id and size_a.domain = one.domain
left join sized as size_b on size_b.definition_id = other.definition_id and size_b.domain = other.domain
left join joint on joint.definition_a = one.definition_id and joint.definition_b = other.definition_id and joint.domain = one.domain
order by all
