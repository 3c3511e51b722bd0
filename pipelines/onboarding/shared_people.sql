-- How many people does each system know, how many of them does each other system know too, and how many of its subjects are withheld?
with known as (
    select distinct system, person_key
    from linked.membership
    where person_key is not null
),
counted as (
    select system, count(*) as subjects, count(*) filter (link_state = 'withheld') as withheld
    from linked.membership
    group by system
),
shared as (
    select one.system, other.system as "with", count(*) as people
    from known as one
    inner join known as other on one.person_key = other.person_key
    group by one.system, other.system
)
select shared.system, nullif(shared."with", shared.system) as "with", shared.people, counted.subjects, counted.withheld
from shared
inner join counted using (system)
order by shared.system, shared."with" <> shared.system, shared."with"
