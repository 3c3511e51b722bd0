-- Which written names, streets and cities hold a letter outside the plain alphabet?
with written as (
    select unnest([first_name, middle_name, last_name, name_suffix, street_address, city]) as raw from temp.linked_raw_identity
)
select distinct raw
from written
where raw is not null and not regexp_full_match(raw, '[\x00-\x7F]*')
order by raw
