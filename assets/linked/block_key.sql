-- Under which keys does each subject look for its like? One row per subject and key; the key's last four bits name the rule.
-- A key is a hash, so the index holds no name. A subject stands there as its node, a number made of its id: an index of numbers is small.
-- Soundex: consonants to digits, vowels out, repeats closed up (American Soundex, 4 places).
with feature as (
    select * from temp.linked_feature where not is_held
),
coded as (
    select distinct
        name,
        translate(substr(name, 2), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000') as code
    from (select unnest(list_concat(last_names, first_names)) as name from feature)
),
closed as (
    select
        name,
        left(
            left(name, 1) || replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                code, '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g'), '0', ''),
            4
        ) as sound
    from coded
),
surname as (
    select distinct named.node, named.last_name, closed.sound
    from (select node, unnest(last_names) as last_name from feature) as named
    join closed on closed.name = named.last_name
),
given_sound as (
    select distinct given.node, closed.sound
    from (select node, unnest(first_names) as first_name from feature) as given
    join closed on closed.name = given.first_name
),
-- A street within a town or postal code, a house number within a postal code; where no street is known, the code and the town alone.
address as (
    select
        node,
        split_part(address, ' ', 1) as number,
        left(substr(address, length(split_part(address, ' ', 1)) + 2), 5) as street,
        split_part(address, ' ', -1) as code,
        town
    from (select node, unnest(addresses) as address, cities[1] as town from feature)
),
place as (
    select node, street || '|' || code as place from address
    union
    select node, number || '|' || code from address
    union
    select node, street || '|' || town from address where town is not null
    union
    select node, unnest(list_concat(zips, cities)) from feature where len(addresses) = 0
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
    -- In either order: given name and surname are written in each other's field.
    select surname.node, 5, least(surname.last_name, root.root) || '|' || greatest(surname.last_name, root.root)
    from surname
    join root on root.node = surname.node
    union all
    select surname.node, 6, least(surname.sound, given_sound.sound) || '|' || greatest(surname.sound, given_sound.sound)
    from surname
    join given_sound on given_sound.node = surname.node
    union all
    select root.node, 7, root.root || '|' || born.birth_ym from root join born on born.node = root.node where length(born.birth_ym) = 7
    union all
    -- A year that is one off, or ten.
    select root.node, 10, root.root || '|' || day.month_day
    from root
    join (select node, unnest(list_transform(dobs, lambda d: d[6:])) as month_day from feature) as day
        on day.node = root.node
    union all
    -- A misspelt given name that begins alike, or only its initial.
    select surname.node, 8, surname.sound || '|' || left(given.first_name, 1) || '|' || born.birth_ym[1:4]
    from surname
    join (select node, unnest(first_names) as first_name from feature) as given on given.node = surname.node
    join born on born.node = surname.node
    union all
    select feature.node, 9, ssn.ssn4 || '|' || surname.sound
    from feature, lateral (select unnest(feature.ssn4s) as ssn4) as ssn
    join surname on surname.node = feature.node
    union all
    select node, 11, number || '|' || street from address
    union all
    select root.node, 12, root.root || '|' || place.place from root join place on place.node = root.node
    union all
    select named.node, 13, named.sound || '|' || place.place
    from (select node, sound from surname union select node, sound from given_sound) as named
    join place on place.node = named.node
)
select distinct node, md5_number_lower(text) - md5_number_lower(text) % 16 + rule::ubigint as key
from written
where text is not null
