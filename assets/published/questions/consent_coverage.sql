-- Of the people of each race group, how many have a consent in force, and where do the others' consents stand?
-- Every group has a line for every state, so that nobody and few look alike.
with person as (
    select
        standing.person_key,
        standing.kind,
        coalesce(race.race_group, 'UNKNOWN') as race_group,
        first(
            standing.state order by array_position(['in_force', 'expired', 'revoked', 'defective', 'other', 'none'], standing.state)
        ) as state
    from facts.consent_standing as standing
    left join measured.person_race as race using (person_key)
    group by standing.person_key, standing.kind, race.race_group
),
counted as (
    select person.kind, grouped.race_group, stated.state, count(*) as people
    from person
    cross join unnest([person.race_group, 'ALL']) as grouped (race_group)
    cross join unnest([person.state, 'ALL']) as stated (state)
    group by all
),
line as (
    select kinds.kind, race_groups.race_group, states.state
    from (select distinct kind from counted) as kinds
    cross join (select distinct race_group from counted) as race_groups
    cross join (select unnest(['in_force', 'expired', 'revoked', 'defective', 'other', 'none', 'ALL']) as state) as states
)
select
    line.kind,
    line.race_group,
    line.state,
    coalesce(counted.people, 0) as people,
    round(100 * coalesce(counted.people, 0) / nullif(whole.people, 0), 1) as percent,
    case when line.state = 'ALL' then min(line.kind) over () end as first_kind
from line
left join counted using (kind, race_group, state)
left join counted as whole on whole.kind = line.kind and whole.race_group = line.race_group and whole.state = 'ALL'
