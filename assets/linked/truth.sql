-- Which true person stands behind each subject that may be linked tonight?
-- A system with its own person ids is matched by them; a system without is matched by the key of the record itself.
with key as (
    select source, vendor_key, count(distinct person) as people, min(person) as person
    from read_parquet($subjects)
    group by source, vendor_key
),
record_key as (
    select
        left(sha256(concat_ws(chr(31), 'record', key.source, record_type.name, key.vendor_key)), 32) as subject_id,
        key.people,
        key.person
    from key, (select unnest($record_types) as name) as record_type
),
subject as (
    select
        membership.subject_id,
        membership.system,
        membership.domain,
        membership.person_key,
        coalesce(key.people, record_key.people) as people,
        coalesce(key.person, record_key.person) as person
    from linked.membership as membership
    join checked.subject as checked_subject on checked_subject.subject_id = membership.subject_id
    left join key on key.source = checked_subject.source and key.vendor_key = checked_subject.source_person_id
    left join record_key on record_key.subject_id = membership.subject_id
    where membership.link_state <> 'withheld'
)
select
    subject.subject_id,
    subject.system,
    subject.domain,
    subject.person_key,
    subject.person,
    person.race_group,
    person.sex,
    case
        when person.birth_date is null or night.newest is null then 'unknown'
        else (['0-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+'])[1 + len(list_filter(
            [18, 25, 35, 45, 55, 65], lambda age: age <= date_sub('year', person.birth_date::date, night.newest)
        ))]
    end as age_band,
    standardised.dob is not null as has_birth_date,
    standardised.first_name is not null or standardised.last_name is not null as is_named
from subject
join read_parquet($persons) as person on person.person = subject.person
cross join (select max(known_from) as newest from linked.membership_versions) as night
left join linked.standardised as standardised
    on standardised.subject_id = subject.subject_id and standardised.domain = subject.domain and standardised.known_to is null
where subject.people = 1
