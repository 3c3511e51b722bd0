-- Of how many subjects is each person of this domain made tonight?
select person_key, count(*) as subjects
from linked.membership_versions
where domain = $domain and known_to is null
group by person_key
