-- Whose records of which system may not be linked?
select person_code.domain, person_code.person_key, membership.system
from scope.membership
join scope.person_code on person_code.given_domain = membership.domain and person_code.given_key = membership.person_key
where membership.link_state = 'withheld'
group by all
