-- From which value on does a person of a scenario meet each criterion, by the cut that stands tonight?
select base.definition_id, base.criterion_no, domains.domain, base.cut
from (select domain from scope.person group by all) as domains
join scope.link_base_cut as base on base.domain = split_part(domains.domain, '#', 1)
