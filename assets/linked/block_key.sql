-- Under which keys does each subject look for its like? One row per subject and key; the key's last four bits name the rule.
-- A key is a hash, so the index holds no name. Soundex: consonants to digits, vowels out, repeats closed up (American Soundex, 4 places).
with feature as (
    select * from temp.linked_feature where not is_held
),
coded as (
    select distinct
        last_name,
        translate(substr(last_name, 2), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000') as code
    from (select unnest(last_names) as last_name from feature)
),
closed as (
    select
        last_name,
        left(
            left(last_name, 1) || replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                code, '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g'), '0', ''),
            4
        ) as sound
    from coded
),
surname as (
    select distinct named.subject_id, named.last_name, closed.sound
    from (select subject_id, unnest(last_names) as last_name from feature) as named
    join closed on closed.last_name = named.last_name
),
given as (
    select subject_id, unnest(first_names) as first_name from feature
),
root as (
    select subject_id, unnest(first_roots) as root from feature
),
born as (
    select distinct subject_id, unnest(list_concat(list_transform(dobs, lambda d: d[1:7]), [birth_ym])) as birth_ym from feature
),
written as (
    select subject_id, 1 as rule, unnest(dob_variants) as text from feature
    union all
    select subject_id, 2, unnest(state_ids) from feature
    union all
    select subject_id, 3, unnest(phones) from feature
    union all
    select feature.subject_id, 4, ssn.ssn4 || born.birth_ym[1:4]
    from feature, lateral (select unnest(feature.ssn4s) as ssn4) as ssn
    join born on born.subject_id = feature.subject_id
    union all
    select surname.subject_id, 5, surname.last_name || '|' || root.root from surname join root on root.subject_id = surname.subject_id
    union all
    select surname.subject_id, 6, surname.sound || '|' || left(given.first_name, 1) || '|' || born.birth_ym[1:4]
    from surname
    join given on given.subject_id = surname.subject_id
    join born on born.subject_id = surname.subject_id
    union all
    select root.subject_id, 7, root.root || '|' || born.birth_ym from root join born on born.subject_id = root.subject_id
    union all
    -- A year that is one off, or ten.
    select root.subject_id, 10, root.root || '|' || day.month_day
    from root
    join (select subject_id, unnest(list_transform(dobs, lambda d: d[6:])) as month_day from feature) as day
        on day.subject_id = root.subject_id
    union all
    select feature.subject_id, 8, place.address || '|' || left(feature.first_name, 1)
    from feature, lateral (select unnest(feature.addresses) as address) as place
    union all
    select feature.subject_id, 9, ssn.ssn4 || '|' || surname.sound
    from feature, lateral (select unnest(feature.ssn4s) as ssn4) as ssn
    join surname on surname.subject_id = feature.subject_id
)
select distinct subject_id, md5_number_lower(text) - md5_number_lower(text) % 16 + rule::ubigint as key
from written
where text is not null
