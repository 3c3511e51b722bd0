-- Whose facts bear on a decision about this subject: its person's other subjects, and those of a person one scored pair away?
with near as (
    select distinct subject_id, person_key from linked.membership where link_confidence >= $denies_across
),
person_of as (
    select $subject_id::varchar as subject_id
    union
    select other.subject_id
    from near as own
    join near as other on other.person_key = own.person_key
    where own.subject_id = $subject_id
),
neighbour as (
    select edge.subject_b as subject_id
    from person_of join linked.edge as edge on edge.subject_a = person_of.subject_id
    where edge.match_probability >= $denies_across and edge.veto is null and edge.known_to is null
    union
    select edge.subject_a
    from person_of join linked.edge as edge on edge.subject_b = person_of.subject_id
    where edge.match_probability >= $denies_across and edge.veto is null and edge.known_to is null
),
beyond as (
    select other.subject_id
    from neighbour
    join near as own on own.subject_id = neighbour.subject_id
    join near as other on other.person_key = own.person_key
)
select subject_id from person_of
union
select subject_id from neighbour
union
select subject_id from beyond
order by subject_id
