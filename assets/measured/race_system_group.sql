-- Which one group does each system assert of each person of whom something new is said?
-- The last usable assertion of the system; the same group where none is usable but a race is known is UNKNOWN, not left out.
select
    race_evidence.domain,
    race_evidence.person_key,
    race_evidence.system,
    coalesce(race_evidence.race_group, 'UNKNOWN') as race_group
from scope.race_evidence
semi join scope.race_new using (domain, person_key)
where coalesce(race_evidence.asserted_on < $as_of::date, true)
qualify row_number() over (
    partition by race_evidence.domain, race_evidence.person_key, race_evidence.system
    order by race_evidence.race_group is null, race_evidence.asserted_on desc nulls last, race_evidence.race_group, race_evidence.record_id
) = 1
