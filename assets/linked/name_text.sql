-- Which plain capital letters does each distinct written name come down to?
-- Apostrophes and full stops close up (O'Brien, St. John); every other mark becomes a space. Letters outside the alphabet are spelled out.
with written as (
    select first_name as raw from temp.linked_raw_identity
    union select middle_name from temp.linked_raw_identity
    union select last_name from temp.linked_raw_identity
    union select name_suffix from temp.linked_raw_identity
)
select
    written.raw,
    trim(regexp_replace(regexp_replace(upper(coalesce(plain.parsed, written.raw)), '[.''’‘`´]', '', 'g'), '[^A-Z0-9]+', ' ', 'g')) as text
from written
left join temp.linked_plain as plain on plain.raw = written.raw
where written.raw is not null
