-- Which subjects may be linked tonight, in which system and person, and to which race group do their own assertions put them?
-- What a record says itself comes first, then what other records of its person say; self-reported before observed, newest first.
with asserted as (
    select
        subject_id,
        person_key,
        domain,
        case
            when hispanic then 'HISPANIC'
            when len(races) = 0 or hispanic is null then null
            when len(races) > 1 or races[1] = 'MULTIPLE' then 'MULTIRACIAL'
            else races[1]
        end as race_group,
        coalesce(list_position(['self', 'observed', 'proxy'], method), 4) as rank,
        asserted_on
    from linked.race_assertion
),
of_subject as (
    select domain, subject_id, first(race_group order by rank, asserted_on desc nulls last, race_group) as race_group
    from asserted
    where race_group is not null
    group by domain, subject_id
),
of_person as (
    select domain, person_key, first(race_group order by rank, asserted_on desc nulls last, race_group) as race_group
    from asserted
    where race_group is not null
    group by domain, person_key
)
select
    membership.domain,
    membership.subject_id,
    md5_number_lower(membership.subject_id) as node,
    membership.system,
    membership.person_key,
    coalesce(of_subject.race_group, of_person.race_group, 'UNKNOWN') as race_group
from linked.membership as membership
semi join linked.standardised as standardised
    on standardised.domain = membership.domain and standardised.subject_id = membership.subject_id and standardised.known_to is null
left join of_subject on of_subject.domain = membership.domain and of_subject.subject_id = membership.subject_id
left join of_person on of_person.domain = membership.domain and of_person.person_key = membership.person_key
where membership.link_state <> 'withheld' and membership.domain = $domain
