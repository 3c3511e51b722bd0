-- Of the people whom each system knows, how many have a consent of each kind in force, by race?
with person as (
    select membership.person_key, membership.system, min(coalesce(person_race.race_group, 'UNKNOWN')) as race_group
    from linked.membership as membership
    left join measured.person_race as person_race using (person_key)
    where membership.person_key is not null
    group by all
),
taking as (select distinct system from consented.consent_state),
kind as (select distinct kind from consented.form where not denies),
held as (
    select distinct membership.person_key, membership.system, consent.kind
    from consented.consent as consent
    join linked.membership as membership using (subject_id)
)
select
    person.system,
    kind.kind,
    person.race_group,
    count(*) as people,
    count(held.person_key) as in_force
from person
join taking using (system)
cross join kind
left join held on held.person_key = person.person_key and held.system = person.system and held.kind = kind.kind
group by all
order by all
