-- Measure 3: how many releases were followed by a community service within so many days, and what came first in the others?
-- Only releases whose follow-up is complete. Outcomes exclude each other and add up: connected, rebooked_first, left_community,
-- not_seen. "Not seen" is not "not connected": the bounds say what the records that may not be looked up could hide.
with outcome as (
    select
        booking_evidence.domain,
        booking_evidence.breakdown,
        booking_evidence.category,
        booking_evidence.race_group,
        booking_evidence.evidence,
        booking_evidence.smi_status,
        release_outcome.person_key,
        release_outcome.is_linkable,
        case
            when release_outcome.leaves_community then 'left_community'
            when
                release_outcome.first_service_at < release_outcome.released_at + to_days($follow_days::integer)
                and coalesce(release_outcome.first_service_at <= release_outcome.next_booked_at, true)
                then 'connected'
            when release_outcome.next_booked_at < release_outcome.released_at + to_days($follow_days::integer) then 'rebooked_first'
            else 'not_seen'
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
per_person as (
    select
        domain,
        breakdown,
        category,
        any_value(race_group) as race_group,
        evidence,
        smi_status,
        person_key,
        bool_and(is_linkable) as is_linkable,
        count(*) as releases,
        count(*) filter (where outcome = 'connected') as connected,
        count(*) filter (where outcome = 'rebooked_first') as rebooked_first,
        count(*) filter (where outcome = 'left_community') as left_community,
        count(*) filter (where outcome = 'not_seen') as not_seen
    from outcome
    group by domain, breakdown, category, evidence, smi_status, person_key
),
placed as (
    select
        per_person.*,
        row_number() over (
            partition by domain, breakdown, category, evidence, smi_status
            order by case when is_linkable then not_seen + rebooked_first end desc nulls last, person_key
        ) as place,
        -- Withheld people are known by race only: any other category may hold all of them.
        coalesce(own.people, 0)
        + case when withheld_group in ('ALL', 'UNKNOWN') then 0 else coalesce(unknown.people, 0) end as withheld_people
    from (select *, coalesce(race_group, 'ALL') as withheld_group from per_person) as per_person
    left join (select domain, race_group as withheld_group, people from scope.withheld_people where label = $label) as own
        using (domain, withheld_group)
    left join (select domain, people from scope.withheld_people where label = $label and race_group = 'UNKNOWN') as unknown
        using (domain)
),
counted as (
    select
        domain,
        breakdown,
        category,
        any_value(race_group) as race_group,
        evidence,
        smi_status,
        sum(releases)::bigint as releases,
        count(*) as people,
        sum(case when is_linkable then releases else 0 end)::bigint as linkable,
        sum(case when not is_linkable or place <= withheld_people then not_seen + rebooked_first else 0 end)::bigint as potential,
        [
            {'name': 'connected', 'releases': sum(connected)::bigint, 'people': count(*) filter (where connected > 0)},
            {'name': 'rebooked_first', 'releases': sum(rebooked_first)::bigint, 'people': count(*) filter (where rebooked_first > 0)},
            {'name': 'left_community', 'releases': sum(left_community)::bigint, 'people': count(*) filter (where left_community > 0)},
            {'name': 'not_seen', 'releases': sum(not_seen)::bigint, 'people': count(*) filter (where not_seen > 0)}
        ] as outcomes
    from placed
    group by domain, breakdown, category, evidence, smi_status
)
select
    'connection_to_treatment' as measure,
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
    counted.releases as base_total,
    case when $membership_known then counted.linkable end as base_linkable,
    case when $membership_known and each.outcome.name = 'connected' then each.outcome.releases / counted.releases end as value_if_none,
    case
        when $membership_known and each.outcome.name = 'connected'
            then least(counted.releases, each.outcome.releases + counted.potential) / counted.releases
    end as value_if_all,
    coalesce(immature.releases, 0) as excluded
from counted
left join immature using (domain, breakdown, category, evidence, smi_status)
cross join unnest(counted.outcomes) as each (outcome)
