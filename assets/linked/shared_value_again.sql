-- Which of the phones and addresses counted again say nothing about who somebody is, as shared_value.sql has it?
select kind, value
from temp.linked_value_user
group by kind, value
having count(distinct initials) >= case kind when 'phone' then $phone_names else $address_names end
