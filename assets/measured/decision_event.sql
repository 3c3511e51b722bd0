-- Which contacts of the period can a decision point count, and what is known of each?
-- is_excluded: outside the population that the benchmark holds, for not living there, or an age that is not in it, or not known to be.
with stopped as (
    select
        record_id,
        list_filter(
            [
                case when bool_or(searched) then 'searched' end,
                case when bool_or(contraband_found) then 'found' end,
                case when bool_or("force" <> 'none') then 'force' end
            ],
            lambda fact: fact is not null
        ) as stop_facts
    from scope.police_stop
    group by record_id
)
select
    step.rowid as event_no,
    step.person_key,
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
    stopped.stop_facts,
    ($residents_only and not coalesce(person.resident, false))
    or coalesce(step.age_at_event < $age_from or step.age_at_event > $age_to, true) as is_excluded
from scope.step
join scope.person using (person_key)
left join scope.booking using (booking_no)
left join stopped on stopped.record_id = step.record_id
where
    step.step = 'contact'
    and step.start_at >= $period_start
    and step.start_at < $as_of
    and coalesce(step.uncounted_from >= $as_of, true)
    and step.system in (select try_cast(unnest($systems::varchar[]) as scope.word))
