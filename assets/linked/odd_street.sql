-- Which address lines do not simply begin with a house number and go on with a street: a flat first, a town behind, a box?
select distinct street_address
from temp.linked_raw_identity
where street_address is not null
  and not regexp_full_match(regexp_replace(street_address, $unit, '', 'i'), '\s*[0-9][0-9A-Za-z-]*\s+[^,;]*[,;]?\s*')
  and regexp_matches(street_address, '[0-9]|(?i)^\s*(one|two|three|four|five|six|seven|eight|nine|ten)\s')
order by street_address
