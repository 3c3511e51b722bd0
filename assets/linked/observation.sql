-- What does each identity observation say once names, dates, phones and addresses are written one way?
with texts as (
    select
        identity.*,
        first_text.text as first_text,
        string_split(coalesce(first_text.text, ''), ' ') as first_words,
        string_split(coalesce(middle_text.text, ''), ' ') as middle_words,
        last_text.text as last_text,
        coalesce(street_plain.parsed, street.parsed, case when street.raw is null then identity.street_address end) as street_line,
        coalesce(city_plain.parsed, identity.city) as city_line,
        odd_phone.parsed as parsed_phone,
        string_split(trim(regexp_replace(coalesce(last_text.text, ''), $joining, '\1\2', 'g')), ' ') as last_words,
        string_split(coalesce(suffix_text.text, ''), ' ') as suffix_words
    from temp.linked_raw_identity as identity
    left join temp.linked_name_text as first_text on first_text.raw = identity.first_name
    left join temp.linked_name_text as middle_text on middle_text.raw = identity.middle_name
    left join temp.linked_name_text as last_text on last_text.raw = identity.last_name
    left join temp.linked_name_text as suffix_text on suffix_text.raw = identity.name_suffix
    left join temp.linked_street as street on street.raw = identity.street_address
    left join temp.linked_plain as street_plain on street_plain.raw = coalesce(street.parsed, identity.street_address)
    left join temp.linked_plain as city_plain on city_plain.raw = identity.city
    left join temp.linked_phone as odd_phone on odd_phone.raw = identity.phone
),
-- A suffix may stand in its own field or at the end of either name; alone in a name it is the name (a surname I or V).
words as (
    select
        * exclude (first_words, middle_words, last_words),
        list_filter(first_words, lambda w, i: w <> '' and not list_contains($titles, w) and (i = 1 or not list_contains($suffixes, w))) as first_words,
        list_filter(middle_words, lambda w: w <> '' and not list_contains($titles, w) and (length(w) = 1 or not list_contains($suffixes, w))) as middle_words,
        -- A title alone in the field of the surname is a surname: Judge, Pastor, Lord.
        list_filter(
            last_words,
            lambda w, i: w <> '' and (len(last_words) = 1 or not list_contains($titles, w)) and (i = 1 or not list_contains($suffixes, w))
        ) as last_words,
        list_filter(
            list_concat(suffix_words, list_concat(last_words[2:], first_words[2:])),
            lambda w: list_contains($suffixes, w)
        ) as found_suffixes,
        list_contains($whole_names, concat_ws(' ', first_text, last_text)) as is_placeholder,
        -- "Baby Boy", "Baby Girl A", "Infant of Maria": not a name that anybody keeps.
        regexp_full_match(coalesce(first_text, ''), $newborn) as is_newborn
    from texts
),
names as (
    select
        *,
        case when not is_placeholder and not is_newborn and not list_contains($first_names, coalesce(first_text, '')) and not list_contains($any_names, coalesce(first_text, ''))
             then first_words else [] end as given,
        case when not is_placeholder and not list_contains($last_names, coalesce(last_text, '')) and not list_contains($any_names, coalesce(last_text, ''))
             then last_words else [] end as family,
        regexp_replace(coalesce(phone, ''), '[^0-9]', '', 'g') as digits,
        regexp_replace(coalesce(ssn4, ''), '[^0-9]', '', 'g') as ssn_digits,
        string_split(
            trim(regexp_replace(regexp_replace(upper(coalesce(street_line, '')), $unit, ' '), '[^A-Z0-9]+', ' ', 'g')), ' '
        ) as street_words,
        string_split(trim(regexp_replace(regexp_replace(upper(coalesce(city_line, '')), '[.'']', '', 'g'), '[^A-Z0-9]+', ' ', 'g')), ' ') as city_words,
        regexp_replace(upper(coalesce(zip, '')), '[^0-9A-Z]', '', 'g') as zip_text
    from words
),
places as (
    select
        *,
        -- Five digits; three or four have lost their leading zeros in a spreadsheet. Codes with letters are of other countries.
        case
            when regexp_full_match(zip_text, '[0-9]{5}|[0-9]{9}') and zip_text[1:5] <> '00000' then zip_text[1:5]
            when regexp_full_match(zip_text, '[1-9][0-9]{2,3}') then lpad(zip_text, 5, '0')
            when regexp_full_match(zip_text, '[0-9A-Z]{4,8}') and regexp_matches(zip_text, '[0-9]') and regexp_matches(zip_text, '[A-Z]') then zip_text
        end as zip_code,
        array_to_string(
            list_transform(city_words, lambda w: coalesce(list_extract($street_short, list_position($street_written, w)), w)), ' '
        ) as city_text
    from names
)
select
    identity_id,
    subject_id,
    system,
    evidence,
    recorded_on,
    given[1] as first_name,
    -- A second given name stands with the first ("Mary Ann") or in the middle field; initials of both are kept apart.
    list_distinct(list_filter([given[1], case when length(given[2]) > 1 then given[1] || given[2] end], lambda w: length(w) > 1)) as first_names,
    list_distinct(list_filter(list_concat(given[2:], middle_words), lambda w: length(w) > 1)) as middle_names,
    list_distinct(list_transform(list_concat(given[2:], middle_words), lambda w: left(w, 1))) as middle_initials,
    nullif(array_to_string(family, ''), '') as last_name,
    list_distinct(list_filter(
        list_concat(
            [array_to_string(family, '')],
            case when len(family) > 1 then list_filter(family, lambda w: length(w) > 2 and not list_contains($particles, w)) else [] end
        ),
        lambda w: w <> ''
    )) as last_names,
    list_extract($suffix_numbers, list_position($suffixes, found_suffixes[1])) as suffix,
    case when birth_date_quality = 'full' and not list_contains($birth_dates, strftime(birth_date, '%Y-%m-%d'))
         then strftime(birth_date, '%Y-%m-%d') end as dob,
    -- Year and month, or the year alone.
    case when birth_date_quality in ('full', 'partial') and birth_year is not null
              and not (birth_date_quality = 'full' and list_contains($birth_dates, strftime(birth_date, '%Y-%m-%d')))
         then printf('%04d', birth_year) || case when birth_month between 1 and 12 then printf('-%02d', birth_month) else '' end end as birth_ym,
    sex,
    case when phone_number.valid then phone_number.ten end as phone,
    -- Only a numbered street is an address of somebody; "homeless", "refused" and crossings are not.
    case when regexp_matches(street_words[1], '^[0-9]') and len(street_words) > 1
         then array_to_string(list_transform(street_words, lambda w: coalesce(list_extract($street_short, list_position($street_written, w)), w)), ' ')
              || coalesce(' ' || zip_code, '') end as address,
    zip_code as zip,
    case when city_text <> '' and not list_contains($any_names, city_text) then city_text end as city,
    -- Rules of the Social Security Administration for nine digits: no area 000, 666 or 900 and above, no group 00, no serial 0000;
    -- one digit repeated and a run of digits are stand-ins. Of a fragment only the serial can be judged.
    case
        when length(ssn_digits) = 4 and not list_contains($ssn4s, ssn_digits) then ssn_digits
        when length(ssn_digits) = 9 and not regexp_matches(ssn_digits, '^(000|666|9)|^...00|0000$')
             and ssn_digits <> repeat(ssn_digits[1], 9) and ssn_digits not in ('123456789', '987654321') then ssn_digits[6:9]
    end as ssn4,
    nullif(regexp_replace(upper(coalesce(state_id, '')), '[^A-Z0-9]', '', 'g'), '') as state_id
from places,
    lateral (
        select case
            when parsed_phone is not null then parsed_phone
            when length(digits) = 11 and digits[1] = '1' then digits[2:]
            else digits
        end as ten
    ) as stripped,
    lateral (
        -- North American numbering: area code and exchange never begin with 0 or 1; ten equal digits are a placeholder.
        select
            ten,
            (regexp_matches(ten, '^[2-9][0-9]{2}[2-9][0-9]{6}$') or (length(ten) > 10 and ten = parsed_phone))
                and ten <> repeat(ten[1], length(ten)::int)
                and not list_contains($phones, ten) as valid
    ) as phone_number
