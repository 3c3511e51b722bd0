-- Which rows state somebody else than the vendor's person id stood for before?
-- Somebody else: another full birth date that no slip explains, another first name and another last name. The first identity that was
-- known under an id stands for it; a record that is the person itself is held against its own former version.
with stated as (
    select
        fresh.record_id,
        fresh.source_record_id = fresh.source_person_id as is_person,
        fresh.source_person_id,
        fresh.birth_date,
        upper(strip_accents(fresh.first_name)) as first_name,
        upper(strip_accents(fresh.last_name)) as last_name,
        fresh.stated_on
    from temp.fresh as fresh
    where fresh.role = 'subject'
      and fresh.source_person_id is not null
      and fresh.birth_date is not null
      and fresh.first_name is not null
      and fresh.last_name is not null
),
held as (
    select
        seen.record_id,
        seen.source_person_id,
        seen.birth_date,
        upper(strip_accents(seen.first_name)) as first_name,
        upper(strip_accents(seen.last_name)) as last_name,
        seen.recorded_on as stated_on,
        seen.known_from,
        seen.key_reuse
    from checked.observation_versions as seen
    semi join stated on stated.source_person_id = seen.source_person_id
    where seen.system = $system
      and seen.evidence = 'primary'
      and seen.known_to is null
      and seen.birth_date is not null
      and seen.first_name is not null
      and seen.last_name is not null
),
candidate as (
    select record_id, source_person_id, birth_date, first_name, last_name, known_from, stated_on
    from held
    where key_reuse is null and record_id not in (select record_id from temp.fresh)
    union all
    select record_id, source_person_id, birth_date, first_name, last_name, $night::date as known_from, stated_on
    from stated
),
anchor as (
    select *
    from candidate
    qualify row_number() over (partition by source_person_id order by known_from, stated_on nulls last, record_id) = 1
),
pair as (
    select stated.*, anchor.birth_date as other_birth_date, anchor.first_name as other_first, anchor.last_name as other_last, 'reused' as kind
    from stated
    join anchor on anchor.source_person_id = stated.source_person_id and anchor.record_id <> stated.record_id
    union all
    select stated.*, held.birth_date, held.first_name, held.last_name, 'rekeyed'
    from stated
    join held on held.record_id = stated.record_id
    where stated.is_person
),
parts as (
    select
        *,
        strftime(birth_date, '%Y%m%d') as born,
        strftime(other_birth_date, '%Y%m%d') as other_born,
        (year(birth_date) = year(other_birth_date))::integer
            + (month(birth_date) = month(other_birth_date))::integer
            + (day(birth_date) = day(other_birth_date))::integer as equal_parts
    from pair
),
different as (
    select record_id, kind
    from parts
    where equal_parts < 2
      and damerau_levenshtein(born, other_born) > 1
      and not (
          year(birth_date) = year(other_birth_date)
          and month(birth_date) = day(other_birth_date)
          and day(birth_date) = month(other_birth_date)
      )
      and jaro_winkler_similarity(first_name, other_first) < 0.85
      and jaro_winkler_similarity(last_name, other_last) < 0.85
      and jaro_winkler_similarity(first_name, other_last) < 0.85
      and jaro_winkler_similarity(last_name, other_first) < 0.85
    union all
    -- Once an id is known to have changed its person, that stays until somebody decides.
    select held.record_id, held.key_reuse
    from held
    join stated on stated.record_id = held.record_id
    where held.key_reuse = 'rekeyed'
)
select record_id, max(kind) as kind
from different
group by record_id
