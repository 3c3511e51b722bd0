-- Measure 4, forward (release cohort): how many releases were followed by another booking within so many days?
-- Only releases whose follow-up is complete. Leaving the community (death, prison, transfer) is a competing outcome and shown beside.
with outcome as (
    select
        booking_evidence.domain,
        booking_evidence.breakdown,
        booking_evidence.category,
        booking_evidence.race_group,
        booking_evidence.evidence,
        booking_evidence.smi_status,
        booking_evidence.person_key,
        case
            when release_outcome.next_booked_at < release_outcome.released_at + to_days($follow_days::integer) then 'rebooked'
            when release_outcome.leaves_community then 'left_community'
            else 'neither'
        end as outcome
    from scope.booking_evidence
    join scope.release_outcome using (domain, record_id)
    where release_outcome.released_at >= $cohort_start and release_outcome.released_at < $cohort_end
        and not booking_evidence.is_detail
),
immature as (
    select domain, breakdown, category, evidence, smi_status, count(*) as releases
    from scope.booking_evidence
    where released_at >= $cohort_end
    group by all
),
counted as (
    select
        domain,
        breakdown,
        category,
        any_value(race_group) as race_group,
        evidence,
        smi_status,
        count(*) as releases,
        count(distinct person_key) as people,
        [
            {
                'name': 'rebooked',
                'releases': count(*) filter (where outcome = 'rebooked'),
                'people': count(distinct person_key) filter (where outcome = 'rebooked')
            },
            {
                'name': 'left_community',
                'releases': count(*) filter (where outcome = 'left_community'),
                'people': count(distinct person_key) filter (where outcome = 'left_community')
            }
        ] as outcomes
    from outcome
    group by domain, breakdown, category, evidence, smi_status
)
select
    'recidivism_forward' as measure,
    each.outcome.name || '_' || $follow_days::integer || 'd' as submeasure,
    counted.domain,
    counted.breakdown,
    counted.category,
    counted.race_group,
    counted.evidence,
    counted.smi_status,
    $cohort_start::timestamp as period_start,
    $cohort_end::timestamp as period_end,
    each.outcome.releases as numerator,
    counted.releases as denominator,
    each.outcome.people as people,
    counted.people as base_people,
    each.outcome.releases / counted.releases as value,
    'share of releases' as unit,
    coalesce(immature.releases, 0) as excluded
from counted
left join immature using (domain, breakdown, category, evidence, smi_status)
cross join unnest(counted.outcomes) as each (outcome)
