-- What does each identity observation say once names, dates, phones and addresses are written one way?
with texts as (
    select
        identity.*,
        first_text.text as first_text,
        string_split(coalesce(first_text.text, ''), ' ') as first_words,
        string_split(coalesce(middle_text.text, ''), ' ') as middle_words,
        last_text.text as last_text,
        string_split(trim(regexp_replace(coalesce(last_text.text, ''), $joining, '\1\2', 'g')), ' ') as last_words,
        string_split(coalesce(suffix_text.text, ''), ' ') as suffix_words
    from temp.linked_raw_identity as identity
    left join temp.linked_name_text as first_text on first_text.raw = identity.first_name
    left join temp.linked_name_text as middle_text on middle_text.raw = identity.middle_name
    left join temp.linked_name_text as last_text on last_text.raw = identity.last_name
    left join temp.linked_name_text as suffix_text on suffix_text.raw = identity.name_suffix
),
-- A suffix may stand in its own field or at the end of either name; alone in a name it is the name (a surname I or V).
words as (
    select
        * exclude (first_words, middle_words, last_words),
        list_filter(first_words, lambda w, i: w <> '' and not list_contains($titles, w) and (i = 1 or not list_contains($suffixes, w))) as first_words,
        list_filter(middle_words, lambda w: w <> '' and not list_contains($titles, w) and (length(w) = 1 or not list_contains($suffixes, w))) as middle_words,
        list_filter(last_words, lambda w, i: w <> '' and not list_contains($titles, w) and (i = 1 or not list_contains($suffixes, w))) as last_words,
        list_filter(
            list_concat(suffix_words, list_concat(last_words[2:], first_words[2:])),
            lambda w: list_contains($suffixes, w)
        ) as found_suffixes,
        list_contains($whole_names, concat_ws(' ', first_text, last_text)) as is_placeholder
    from texts
),
names as (
    select
        *,
        case when not is_placeholder and not list_contains($first_names, coalesce(first_text, '')) and not list_contains($any_names, coalesce(first_text, ''))
             then first_words else [] end as given,
        case when not is_placeholder and not list_contains($last_names, coalesce(last_text, '')) and not list_contains($any_names, coalesce(last_text, ''))
             then last_words else [] end as family,
        regexp_replace(coalesce(phone, ''), '[^0-9]', '', 'g') as digits,
        regexp_replace(coalesce(ssn4, ''), '[^0-9]', '', 'g') as ssn_digits,
        string_split(
            trim(regexp_replace(regexp_replace(upper(strip_accents(coalesce(street_address, ''))), $unit, ' '), '[^A-Z0-9]+', ' ', 'g')), ' '
        ) as street_words,
        left(regexp_replace(coalesce(zip, ''), '[^0-9]', '', 'g'), 5) as zip_digits
    from words
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
    case when birth_date_quality = 'full' and not list_contains($birth_dates, strftime(birth_date, '%Y-%m-%d')) and year(birth_date) >= 1901
         then strftime(birth_date, '%Y-%m-%d') end as dob,
    case when birth_date_quality in ('full', 'partial') and birth_month between 1 and 12 and birth_year >= 1901
              and not (birth_date_quality = 'full' and list_contains($birth_dates, strftime(birth_date, '%Y-%m-%d')))
         then printf('%04d-%02d', birth_year, birth_month) end as birth_ym,
    sex,
    case when phone_number.valid then phone_number.ten end as phone,
    -- Only a numbered street is an address of somebody; "homeless", "refused" and crossings are not.
    case when regexp_matches(street_words[1], '^[0-9]') and len(street_words) > 1
         then array_to_string(list_transform(street_words, lambda w: coalesce(list_extract($street_short, list_position($street_written, w)), w)), ' ')
              || coalesce(' ' || nullif(zip_digits, ''), '') end as address,
    case when length(zip_digits) = 5 then zip_digits end as zip,
    case when length(ssn_digits) = 4 and not list_contains($ssn4s, ssn_digits) then ssn_digits end as ssn4,
    nullif(regexp_replace(upper(coalesce(state_id, '')), '[^A-Z0-9]', '', 'g'), '') as state_id
from names,
    lateral (
        select case when length(digits) = 11 and digits[1] = '1' then digits[2:] else digits end as ten
    ) as stripped,
    lateral (
        -- North American numbering: area code and exchange never begin with 0 or 1; ten equal digits are a placeholder.
        select
            ten,
            regexp_matches(ten, '^[2-9][0-9]{2}[2-9][0-9]{6}$')
                and ten <> repeat(ten[1], 10)
                and not list_contains($phones, ten) as valid
    ) as phone_number
