-- What is known of each changed subject, as one row: the best value of each field and every value ever seen of it?
-- Aliases and former names are in the arrays, so they are evidence; the best values come from the subject's own primary records first.
with value as (
    unpivot (select subject_id, evidence, recorded_on, first_name, last_name, dob, birth_ym, sex, suffix from temp.linked_observation)
    on first_name, last_name, dob, birth_ym, sex, suffix
    into name field value value
),
counted as (
    select
        subject_id,
        field,
        value,
        count(*) filter (where evidence = 'primary') as primaries,
        count(*) as seen,
        max(recorded_on) as last_on
    from value
    group by all
),
best as (
    select subject_id, field, first(value order by primaries desc, seen desc, last_on desc nulls last, value) as value
    from counted
    group by all
),
best_row as (
    select
        subject_id,
        max(value) filter (where field = 'first_name') as first_name,
        max(value) filter (where field = 'last_name') as last_name,
        max(value) filter (where field = 'suffix') as suffix,
        max(value) filter (where field = 'dob') as dob,
        max(value) filter (where field = 'birth_ym') as birth_ym,
        max(value) filter (where field = 'sex') as sex
    from best
    group by subject_id
),
every as (
    select
        subject_id,
        list_sort(list_distinct(flatten(list(first_names)))) as first_names,
        list_sort(list_distinct(flatten(list(middle_names)))) as middle_names,
        list_sort(list_distinct(flatten(list(middle_initials)))) as middle_initials,
        list_sort(list_distinct(flatten(list(last_names)))) as last_names,
        list_sort(list_distinct(list(dob) filter (where dob is not null))) as dobs,
        list_sort(list_distinct(list(phone) filter (where phone is not null))) as phones,
        list_sort(list_distinct(list(address) filter (where address is not null))) as addresses,
        list_sort(list_distinct(list(zip) filter (where zip is not null))) as zips,
        list_sort(list_distinct(list(city) filter (where city is not null))) as cities,
        list_sort(list_distinct(list(ssn4) filter (where ssn4 is not null))) as ssn4s,
        list_sort(list_distinct(list(state_id) filter (where state_id is not null))) as state_ids
    from temp.linked_observation
    group by subject_id
),
-- A filtered list over no row at all is null; every array is a list, however empty.
arrays as (
    select
        subject_id,
        first_names,
        middle_names,
        middle_initials,
        last_names,
        coalesce(dobs, []) as dobs,
        coalesce(phones, []) as phones,
        coalesce(addresses, []) as addresses,
        coalesce(zips, []) as zips,
        coalesce(cities, []) as cities,
        coalesce(ssn4s, []) as ssn4s,
        coalesce(state_ids, []) as state_ids
    from every
),
roots as (
    select name.subject_id, list_sort(list_distinct(flatten(list(coalesce(nickname.roots, [name.first_name]))))) as first_roots
    from (select subject_id, unnest(first_names) as first_name from arrays) as name
    left join temp.linked_nickname as nickname on nickname.name = name.first_name
    group by name.subject_id
)
select
    delta.subject_id,
    md5_number_lower(delta.subject_id) as node,
    subject.system,
    best_row.first_name,
    coalesce(arrays.first_names, []) as first_names,
    coalesce(roots.first_roots, []) as first_roots,
    coalesce(arrays.middle_names, []) as middle_names,
    coalesce(arrays.middle_initials, []) as middle_initials,
    best_row.last_name,
    coalesce(arrays.last_names, []) as last_names,
    best_row.suffix,
    best_row.dob,
    coalesce(best_row.dob[1:7], best_row.birth_ym) as birth_ym,
    coalesce(arrays.dobs, []) as dobs,
    list_sort(list_distinct(list_concat(
        coalesce(arrays.dobs, []),
        list_transform(
            list_filter(coalesce(arrays.dobs, []), lambda d: d[9:10] <= '12'),
            lambda d: d[1:4] || '-' || d[9:10] || '-' || d[6:7]
        )
    ))) as dob_variants,
    best_row.sex,
    coalesce(arrays.phones, []) as phones,
    coalesce(arrays.addresses, []) as addresses,
    coalesce(arrays.zips, []) as zips,
    coalesce(arrays.cities, []) as cities,
    coalesce(arrays.ssn4s, []) as ssn4s,
    coalesce(arrays.state_ids, []) as state_ids,
    -- Only a name, a phone or an address, or a birth date without any name: too little to be a person of its own right or to tie two
    -- persons together.
    len(coalesce(arrays.ssn4s, [])) = 0
        and len(coalesce(arrays.state_ids, [])) = 0
        and (coalesce(length(best_row.birth_ym), 0) < 7 or (best_row.first_name is null and best_row.last_name is null)) as is_weak,
    subject.is_key_reuse or conflict.subject_id is not null as is_held,
    delta.identity_hash
from temp.linked_delta_share as delta
join checked.subject as subject on subject.subject_id = delta.subject_id
left join arrays on arrays.subject_id = delta.subject_id
left join roots on roots.subject_id = delta.subject_id
left join best_row on best_row.subject_id = delta.subject_id
left join temp.linked_key_conflict as conflict on conflict.subject_id = delta.subject_id
