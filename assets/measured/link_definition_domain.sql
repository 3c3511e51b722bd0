-- In which scenarios can each definition be answered, given that tonight it can or cannot?
select base.definition_id, domains.domain, base.reason
from (select domain from scope.person group by all) as domains
join scope.link_base_definition_domain as base on base.domain = split_part(domains.domain, '#', 1)
