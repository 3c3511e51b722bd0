-- Which contacts of the period can a decision point count, and what is known of each?
-- excluded_because says why a contact is outside the population that the benchmark holds.
select
    step.rowid as event_no,
    step.domain,
    step.person_key,
    person.race_group,
    person.hispanic_unknown,
    step.system,
    step.record_type,
    step.start_at,
    step.event_type,
    case when step.unit <> 'bed_day' or step.end_at < $as_of then step.disposition end as disposition,
    step.region,
    step.intercept,
    step.is_behavioral_health,
    booking.charge_level,
    booking.release_type,
    booking.released_at,
    booking.bjmhs as screen,
    booking.end_is_impossible,
    case
        when $residents_only and person.resident is null then 'residence_unknown'
        when $residents_only and not person.resident then 'not_resident'
        when step.age_at_event is null then 'age_unknown'
        when step.age_at_event < $age_from or step.age_at_event > $age_to then 'other_age'
    end as excluded_because
from scope.step
join scope.person using (domain, person_key)
left join scope.booking using (booking_no)
where
    step.step = 'contact'
    and step.start_at >= $period_start
    and step.start_at < $as_of
    and coalesce(step.uncounted_from >= $as_of, true)
    and list_contains($systems::varchar[], step.system)
