-- Which persons are looked at anew tonight, with all their subjects? Keys are random to begin with, so those from a nightly start on are a sample.
with picked as (
    select person_key from temp.linked_person order by person_key < $start, person_key limit $persons
)
select live.subject_id
from linked.membership_versions as live
semi join picked on picked.person_key = live.person_key
where live.domain = $domain and live.known_to is null
