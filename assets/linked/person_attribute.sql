-- What sex, age tonight, residence and region does each person have, from its own records?
-- A birth date is read here and never written: the commonest full one, then the most recent; a partial one gives the age to the month.
with own as (
    select
        membership.domain,
        membership.person_key,
        identity.birth_date,
        identity.birth_date_quality,
        coalesce(identity.birth_year, year(identity.birth_date)) as birth_year,
        coalesce(identity.birth_month, month(identity.birth_date)) as birth_month,
        identity.sex,
        identity.recorded_on
    from checked.identity as identity
    join linked.membership as membership on membership.subject_id = identity.subject_id
    where identity.known_to is null
      and identity.person_role = 'subject'
      and identity.evidence = 'primary'
      and not exists (select 1 from consented.erased_record as erased where erased.record_id = identity.record_id)
),
born as (
    select
        domain,
        person_key,
        first(
            case when birth_date_quality = 'full' then date_diff('year', birth_date, $night::date)
                      - (strftime(birth_date, '%m-%d') > strftime($night::date, '%m-%d'))::int
                 else year($night::date) - birth_year - (birth_month > month($night::date))::int end
            order by birth_date_quality = 'full' desc, seen desc, last_on desc nulls last, birth_year, birth_month, birth_date
        ) as age
    from (
        select domain, person_key, birth_date, birth_date_quality, birth_year, birth_month, count(*) as seen, max(recorded_on) as last_on
        from own
        where birth_date_quality in ('full', 'partial') and birth_year is not null and birth_month is not null
        group by all
    )
    group by domain, person_key
),
sexed as (
    select domain, person_key, first(sex order by seen desc, last_on desc nulls last, sex) as sex
    from (select domain, person_key, sex, count(*) as seen, max(recorded_on) as last_on from own where sex is not null group by all)
    group by domain, person_key
),
place as (
    select domain, person_key, first(region order by start_at desc, record_id) as region
    from linked.contact
    where region is not null
    group by domain, person_key
),
home as (
    select domain, person_key, first(resident order by booked_at desc, record_id) as resident
    from linked.jail_booking
    where resident is not null
    group by domain, person_key
)
select
    person.domain,
    person.person_key,
    sexed.sex,
    case when born.age between 0 and 120 then born.age end as age,
    -- Outside the jail nobody writes down residence; an address in one of the county's regions stands for it.
    coalesce(home.resident, case when place.region is not null then true end) as resident,
    place.region
from (select distinct domain, person_key from linked.membership) as person
left join born on born.domain = person.domain and born.person_key = person.person_key
left join sexed on sexed.domain = person.domain and sexed.person_key = person.person_key
left join place on place.domain = person.domain and place.person_key = person.person_key
left join home on home.domain = person.domain and home.person_key = person.person_key
