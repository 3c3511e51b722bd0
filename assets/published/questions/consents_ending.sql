-- How many people's consents in force end within thirty, sixty and ninety days?
with banded as (
    select
        kind,
        person_key,
        case
            when max(days_left) <= 30 then '001 to 030 days'
            when max(days_left) <= 60 then '031 to 060 days'
            when max(days_left) <= 90 then '061 to 090 days'
            else 'later'
        end as ends_within
    from facts.consent_standing
    where state = 'in_force'
    group by kind, person_key
),
line as (
    select kinds.kind, bands.ends_within
    from (select distinct kind from facts.consent_standing) as kinds
    cross join (select unnest(['001 to 030 days', '031 to 060 days', '061 to 090 days', 'later', 'ALL']) as ends_within) as bands
)
select line.kind, line.ends_within, count(banded.person_key) as people
from line
left join banded on banded.kind = line.kind and (banded.ends_within = line.ends_within or line.ends_within = 'ALL')
group by line.kind, line.ends_within
