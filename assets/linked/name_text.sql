-- Which plain capital letters does each distinct written name come down to?
-- Apostrophes and full stops close up (O'Brien, St. John); every other mark becomes a space. Letters that accents cannot explain are spelled out.
with written as (
    select first_name as raw from temp.linked_raw_identity
    union select middle_name from temp.linked_raw_identity
    union select last_name from temp.linked_raw_identity
    union select name_suffix from temp.linked_raw_identity
)
select
    raw,
    trim(regexp_replace(regexp_replace(
        upper(strip_accents(
            replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
                raw, 'ß', 'ss'), 'æ', 'ae'), 'Æ', 'AE'), 'œ', 'oe'), 'Œ', 'OE'), 'ø', 'o'), 'Ø', 'O'), 'ł', 'l'), 'Ł', 'L'), 'đ', 'd')
        )),
        '[.''’‘`´]', '', 'g'), '[^A-Z0-9]+', ' ', 'g')
    ) as text
from written
where raw is not null
