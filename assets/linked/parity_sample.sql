-- Which persons are looked at anew tonight, with all their subjects? Keys are random to begin with, so those from a nightly start on are a sample.
with live as (
    select subject_id, person_key from linked.membership_versions where domain = $domain and known_to is null
),
picked as (
    select person_key from (select distinct person_key from live) as known
    order by person_key < $start, person_key
    limit $persons
)
select live.subject_id from live semi join picked on picked.person_key = live.person_key
