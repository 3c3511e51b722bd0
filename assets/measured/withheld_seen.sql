-- Whose records of which system may not be linked, and since when does the scope show them there all the same?
select withheld.domain, withheld.person_key, withheld.system, person_system.first_at
from scope.withheld
left join scope.person_system
    on person_system.domain = withheld.domain
    and person_system.person_key = withheld.person_key
    and person_system.system::varchar = withheld.system
