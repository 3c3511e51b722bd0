-- Under which wider keys than blocking's might a missed pair still meet: a shared surname, given name, number or address beside one more trait?
-- Wider than the rules of the night on purpose: pairs found here and not there show what blocking misses.
with feature as (
    select * from temp.linked_feature where not is_held
),
year as (
    select distinct subject_id, left(unnest(list_concat(list_transform(dobs, lambda d: d[1:4]), [birth_ym[1:4]])), 4) as born from feature
),
surname as (
    select subject_id, unnest(last_names) as last_name from feature
),
root as (
    select subject_id, unnest(first_roots) as root from feature
),
zip as (
    select subject_id, unnest(zips) as zip from feature
),
written as (
    select surname.subject_id, 's' || surname.last_name || year.born as text from surname join year on year.subject_id = surname.subject_id
    union
    select root.subject_id, 'r' || root.root || year.born from root join year on year.subject_id = root.subject_id
    union
    select root.subject_id, 'z' || root.root || zip.zip from root join zip on zip.subject_id = root.subject_id
    union
    select surname.subject_id, 'y' || surname.last_name || zip.zip from surname join zip on zip.subject_id = surname.subject_id
    union
    select subject_id, 'n' || unnest(ssn4s) from feature
    union
    select subject_id, 'a' || unnest(addresses) from feature
    union
    select subject_id, 'd' || left(first_name, 1) || unnest(list_transform(dobs, lambda d: d[6:])) from feature where first_name is not null
)
select md5_number_lower(subject_id) as node, text as key
from written
where text is not null
