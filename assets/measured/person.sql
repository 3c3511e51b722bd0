-- What is known of each person at the as-of moment that a definition may ask for?
-- smi and homeless: true if ever said so before the as-of moment, false if only ever denied, NULL if nobody said.
select
    person_known.person_key,
    person_known.domain,
    coalesce(person_group.race_group, 'UNKNOWN') as race_group,
    coalesce(person_group.hispanic_unknown, false) as hispanic_unknown,
    person_known.sex,
    person_known.age,
    person_known.resident,
    person_known.region,
    case when person_known.first_smi_at < $as_of then true when person_known.smi_first_said_at < $as_of then false end as smi,
    case when person_known.first_smi_at < $as_of then person_known.first_smi_at end as first_smi_at,
    case when person_known.first_homeless_at < $as_of then true when person_known.housing_first_said_at < $as_of then false end as homeless,
    person_known.homeless_at
from scope.person_known
left join scope.person_group using (domain, person_key)
where person_known.is_described or person_known.first_contact_at < $as_of
