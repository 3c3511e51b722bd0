-- Under which keys does each subject look for its like? One row per subject and key; the key's last four bits name the rule.
-- A key is a hash, so the index holds no name. A subject stands there as its node, a number made of its id: an index of numbers is small.
-- Soundex: consonants to digits, vowels out, repeats closed up (American Soundex, 4 places).
with feature as (
    select *, md5_number_lower(subject_id) as node from temp.linked_feature where not is_held
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
    select distinct named.node, named.last_name, closed.sound
    from (select node, unnest(last_names) as last_name from feature) as named
    join closed on closed.last_name = named.last_name
),
given as (
    select node, unnest(first_names) as first_name from feature
),
root as (
    select node, unnest(first_roots) as root from feature
),
born as (
    select distinct node, unnest(list_concat(list_transform(dobs, lambda d: d[1:7]), [birth_ym])) as birth_ym from feature
),
written as (
    select node, 1 as rule, unnest(dob_variants) as text from feature
    union all
    select node, 2, unnest(state_ids) from feature
    union all
    select node, 3, unnest(phones) from feature
    union all
    select feature.node, 4, ssn.ssn4 || born.birth_ym[1:4]
    from feature, lateral (select unnest(feature.ssn4s) as ssn4) as ssn
    join born on born.node = feature.node
    union all
    select surname.node, 5, surname.last_name || '|' || root.root from surname join root on root.node = surname.node
    union all
    select surname.node, 6, surname.sound || '|' || left(given.first_name, 1) || '|' || born.birth_ym[1:4]
    from surname
    join given on given.node = surname.node
    join born on born.node = surname.node
    union all
    select root.node, 7, root.root || '|' || born.birth_ym from root join born on born.node = root.node where length(born.birth_ym) = 7
    union all
    -- A year that is one off, or ten.
    select root.node, 10, root.root || '|' || day.month_day
    from root
    join (select node, unnest(list_transform(dobs, lambda d: d[6:])) as month_day from feature) as day
        on day.node = root.node
    union all
    select feature.node, 8, place.address || '|' || left(feature.first_name, 1)
    from feature, lateral (select unnest(feature.addresses) as address) as place
    union all
    select feature.node, 9, ssn.ssn4 || '|' || surname.sound
    from feature, lateral (select unnest(feature.ssn4s) as ssn4) as ssn
    join surname on surname.node = feature.node
)
select distinct node, md5_number_lower(text) - md5_number_lower(text) % 16 + rule::ubigint as key
from written
where text is not null
