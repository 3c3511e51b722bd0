-- Whose group, resolved anew, is not the one that is stored?
with stored as (
    select own.subject_id, min(own.subject_id) over (partition by own.person_key) as group_of
    from linked.membership_versions as own
    semi join temp.linked_present as present on present.subject_id = own.subject_id
    where own.domain = $domain and own.known_to is null
),
anew as (
    select subject_id, min(subject_id) over (partition by person) as group_of from temp.linked_anew
)
select subject_id from ((from stored except from anew) union all (from anew except from stored)) as differing
