-- Who meets at least one criterion of each definition tonight, who meets the definition, and who is on its list?
select * exclude (months_back)
from scope.frequent_utilizer_draft
where months_back = 0
order by definition_id, domain, list_rank nulls last, person_key
