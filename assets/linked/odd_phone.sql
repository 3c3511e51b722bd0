-- Which telephone numbers are neither ten digits nor eleven that begin with 1: from abroad, or with an extension?
select distinct phone
from temp.linked_raw_identity
where phone is not null
  and not regexp_full_match(regexp_replace(phone, '[^0-9A-Za-z+]', '', 'g'), '(\+?1)?[0-9]{10}')
  and length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 7
order by phone
