-- Which one group does each system assert of each person?
-- The last usable assertion of the system; the same group where none is usable but a race is known is UNKNOWN, not left out.
select
    domain,
    person_key,
    system,
    coalesce(race_group, 'UNKNOWN') as race_group
from scope.race_evidence
qualify row_number() over (
    partition by domain, person_key, system order by race_group is null, asserted_on desc nulls last, race_group, record_id
) = 1
