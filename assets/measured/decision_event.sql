-- Which contacts of the period can a decision point count, and what is known of each?
-- excluded_because says why a contact is outside the population that the benchmark holds.
select
    person_timeline.domain,
    person_timeline.record_id,
    person_timeline.person_key,
    person.race_group,
    person.hispanic_unknown,
    person_timeline.system,
    person_timeline.record_type,
    person_timeline.start_at,
    person_timeline.event_type,
    person_timeline.disposition,
    person_timeline.region,
    person_timeline.intercept,
    person_timeline.is_behavioral_health,
    booking.charge_level,
    booking.release_type,
    booking.released_at,
    booking.bjmhs as screen,
    booking.end_is_impossible,
    case
        when $residents_only and person.resident is null then 'residence_unknown'
        when $residents_only and not person.resident then 'not_resident'
        when person_timeline.age_at_event is null then 'age_unknown'
        when person_timeline.age_at_event < $age_from or person_timeline.age_at_event > $age_to then 'other_age'
    end as excluded_because
from scope.person_timeline
join scope.person using (domain, person_key)
left join scope.booking on booking.domain = person_timeline.domain and booking.record_id = person_timeline.record_id
where person_timeline.step = 'contact' and person_timeline.is_counted and person_timeline.start_at >= $period_start
