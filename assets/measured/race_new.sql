-- Of whose race has something been said since the moment that was asked before?
select domain, person_key
from scope.race_evidence
where ($said_from::timestamp is null or asserted_on >= $said_from::date) and coalesce(asserted_on < $as_of::date, $said_from::timestamp is null)
group by domain, person_key
