-- Which looked-up contacts are of people with records somewhere that may not be linked?
select matched_contact.*
from scope.matched_contact
semi join scope.withheld using (domain, person_key)
