-- Which person was each subject on one day, by what the register knew on another?
-- Rows of a subject that follow each other without a gap are one stay: a changed key in between corrects who it always was. A gap is a
-- real absence (no permission, no record). So what was known last within a stay holds for all of its days.
with candidate as (
    select distinct subject_id
    from registers.main.membership
    where known_from <= $as_known_on and (subject_id = $subject or person_key = $person_key)
),
known as (
    select
        domain,
        subject_id,
        person_key,
        known_from,
        case when known_to <= $as_known_on then known_to end as known_to
    from registers.main.membership
    where known_from <= $as_known_on and subject_id in (select subject_id from candidate)
),
marked as (
    select
        *,
        lag(known_to) over (partition by domain, subject_id order by known_from) is distinct from known_from as begins
    from known
),
numbered as (
    select *, sum(begins::int) over (partition by domain, subject_id order by known_from) as stay from marked
),
stay as (
    select
        domain,
        subject_id,
        arg_max(person_key, known_from) as person_key,
        min(known_from) as valid_from,
        -- The newest row may still be open: arg_max would pass over its null.
        case when count(*) = count(known_to) then max(known_to) end as valid_to
    from numbered
    group by domain, subject_id, stay
)
select domain, subject_id, person_key, valid_from, valid_to
from stay
where valid_from <= $on and (valid_to is null or valid_to > $on)
order by domain, subject_id
