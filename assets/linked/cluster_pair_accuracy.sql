-- Between two systems: how much of what each record is found with in the other is its own person, and how much of its own is found with it?
-- One row a true person and system pair: records with such company found, records with such company of their own, and the sums of
-- their shares (B-cubed of the records of the two systems, company in the same system left out unless the pair is one system twice).
with cell as (
    select domain, person_key, person, system, count(*) as n from temp.linked_truth group by all
),
found as (
    select domain, person_key, system, sum(n) as n from cell group by all
),
own as (
    select domain, person, system, sum(n) as n from cell group by all
),
system as (
    select distinct domain, system from cell
),
-- Each record of a cell looks at the other system: not at itself.
looked as (
    select
        cell.domain,
        cell.person,
        least(cell.system, other.system) || ' / ' || greatest(cell.system, other.system) as pair,
        cell.n,
        coalesce(found.n, 0) - (other.system = cell.system)::int as company,
        coalesce(own.n, 0) - (other.system = cell.system)::int as own_company,
        coalesce(same.n, 0) - (other.system = cell.system)::int as right_company
    from cell
    join system as other on other.domain = cell.domain
    left join found on found.domain = cell.domain and found.person_key = cell.person_key and found.system = other.system
    left join own on own.domain = cell.domain and own.person = cell.person and own.system = other.system
    left join cell as same
        on same.domain = cell.domain and same.person_key = cell.person_key and same.person = cell.person and same.system = other.system
)
select
    pair,
    domain || '|' || person as person,
    coalesce(sum(n) filter (where company > 0), 0)::bigint as found_subjects,
    coalesce(sum(n * right_company / company) filter (where company > 0), 0)::double as precision,
    coalesce(sum(n) filter (where own_company > 0), 0)::bigint as own_subjects,
    coalesce(sum(n * right_company / own_company) filter (where own_company > 0), 0)::double as recall,
    bool_and(company = right_company and own_company = right_company) as is_whole
from looked
where company > 0 or own_company > 0
group by pair, domain, person
order by all
