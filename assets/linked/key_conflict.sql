-- Which subjects hold two people: own records with incompatible full birth dates and no given name in common?
-- A vendor's person id that was given to somebody else looks like this. Such a subject is never linked; a person decides.
with version as (
    select distinct
        observation.subject_id,
        observation.dob,
        observation.first_name,
        list_concat(
            [observation.first_name], list_concat(observation.middle_names, coalesce(nickname.roots, []))
        ) as names
    from temp.linked_observation as observation
    left join temp.linked_nickname as nickname on nickname.name = observation.first_name
    where observation.evidence = 'primary' and observation.dob is not null and observation.first_name is not null
)
select distinct one.subject_id
from version as one
join version as other on other.subject_id = one.subject_id and other.dob > one.dob
where not list_has_any(one.names, other.names)
  and jaro_winkler_similarity(one.first_name, other.first_name) < 0.85
  and damerau_levenshtein(one.dob, other.dob) > 1
  and one.dob[1:4] || '-' || one.dob[9:10] || '-' || one.dob[6:7] <> other.dob
  and (one.dob[1:4] = other.dob[1:4])::int + (one.dob[6:7] = other.dob[6:7])::int + (one.dob[9:10] = other.dob[9:10])::int < 2
