-- Measure 3: how many releases were followed by a community service within so many days, and what came first in the others?
-- Only releases whose follow-up is complete. Outcomes exclude each other and add up: connected, rebooked_first, left_community,
-- not_seen. "Not seen" is not "not connected": the bounds say what the records that may not be looked up could hide.
with outcome as (
    select
        person_key,
        is_linkable,
        cells,
        count(*) over (partition by person_key) = 1 as came_once,
        case
            when leaves_community then 2
            when
                first_service_at < released_at + to_days($follow_days::integer)
                and coalesce(first_service_at <= next_booked_at, true)
                then 0
            when next_booked_at < released_at + to_days($follow_days::integer) then 1
            else 3
        end as outcome
    from scope.shown_booking
    where released_at >= $cohort_start and released_at < $cohort_end
),
immature as (
    select cell, count(*) as releases
    from (select unnest(cells) as cell from scope.shown_booking where released_at >= $cohort_end)
    group by cell
),
-- People who have as many of each, and how many there are; most have one release, and who they are is asked only of the others.
alike as (
    select
        cell,
        is_linkable,
        1 as releases,
        (outcome = 0)::bigint as connected,
        (outcome = 1)::bigint as rebooked_first,
        (outcome = 2)::bigint as left_community,
        (outcome = 3)::bigint as not_seen,
        count(*) as people
    from (select unnest(cells) as cell, is_linkable, outcome from outcome where came_once)
    group by cell, is_linkable, outcome
    union all
    select
        cell,
        bool_and(is_linkable) as is_linkable,
        count(*) as releases,
        count(*) filter (where outcome = 0) as connected,
        count(*) filter (where outcome = 1) as rebooked_first,
        count(*) filter (where outcome = 2) as left_community,
        count(*) filter (where outcome = 3) as not_seen,
        1 as people
    from (select unnest(cells) as cell, person_key, is_linkable, outcome from outcome where not came_once)
    group by cell, person_key
),
-- Withheld people are known by race only: any other category may hold all of them. A group may hold those of unknown group too.
withheld as (
    select
        cell.cell,
        coalesce(own.people, 0) + if(withheld_group in ('ALL', 'UNKNOWN'), 0, coalesce(unknown.people, 0)) as people
    from (select *, coalesce(race_group, 'ALL') as withheld_group from scope.cell where not is_detail) as cell
    left join scope.withheld_people as own
        on own.label = $label and own.domain = cell.domain and own.race_group = cell.withheld_group
    left join scope.withheld_people as unknown
        on unknown.label = $label and unknown.domain = cell.domain and unknown.race_group = 'UNKNOWN'
),
-- How many linkable people have so many releases that somebody withheld could hide the connection of; those with most go first.
hidden as (
    select cell, not_seen + rebooked_first as releases, sum(people) as people
    from alike
    where is_linkable
    group by cell, not_seen + rebooked_first
),
taken as (
    select
        hidden.cell,
        hidden.releases * least(
            hidden.people,
            greatest(0, withheld.people - coalesce(sum(hidden.people) over (
                partition by hidden.cell order by hidden.releases desc rows between unbounded preceding and 1 preceding
            ), 0))
        ) as releases
    from hidden
    join withheld using (cell)
),
taken_in_all as (
    select cell, sum(releases)::bigint as releases from taken group by cell
),
counted as (
    select
        cell,
        sum(people * releases)::bigint as releases,
        sum(people)::bigint as people,
        sum(people * releases) filter (where is_linkable)::bigint as linkable,
        coalesce(sum(people * (not_seen + rebooked_first)) filter (where not is_linkable), 0)::bigint as unlinkable,
        [
            {
                'name': 'connected', 'releases': sum(people * connected)::bigint,
                'people': coalesce(sum(people) filter (where connected > 0), 0)::bigint,
                'most': max(connected, 2), 'with_most': arg_max(people, connected)
            },
            {
                'name': 'rebooked_first', 'releases': sum(people * rebooked_first)::bigint,
                'people': coalesce(sum(people) filter (where rebooked_first > 0), 0)::bigint,
                'most': max(rebooked_first, 2), 'with_most': arg_max(people, rebooked_first)
            },
            {
                'name': 'left_community', 'releases': sum(people * left_community)::bigint,
                'people': coalesce(sum(people) filter (where left_community > 0), 0)::bigint,
                'most': max(left_community, 2), 'with_most': arg_max(people, left_community)
            },
            {
                'name': 'not_seen', 'releases': sum(people * not_seen)::bigint,
                'people': coalesce(sum(people) filter (where not_seen > 0), 0)::bigint,
                'most': max(not_seen, 2), 'with_most': arg_max(people, not_seen)
            }
        ] as outcomes
    from alike
    group by cell
)
select
    'connection_to_treatment' as measure,
    each.outcome.name || '_' || $follow_days::integer || 'd' as submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $cohort_start::timestamp as period_start,
    $cohort_end::timestamp as period_end,
    each.outcome.releases as numerator,
    counted.releases as denominator,
    each.outcome.people as people,
    counted.people as base_people,
    each.outcome.releases / counted.releases as value,
    'share of releases' as unit,
    counted.releases as base_total,
    case when $membership_known then coalesce(counted.linkable, 0) end as base_linkable,
    case when $membership_known and each.outcome.name = 'connected' then each.outcome.releases / counted.releases end as value_if_none,
    case
        when $membership_known and each.outcome.name = 'connected'
            then least(counted.releases, each.outcome.releases + counted.unlinkable + coalesce(taken_in_all.releases, 0)) / counted.releases
    end as value_if_all,
    coalesce(immature.releases, 0) as excluded,
    -- What the two people with most of it have, for disclosure control.
    each.outcome.most[1] as largest,
    if(each.outcome.with_most > 1, each.outcome.most[1], each.outcome.most[2]) as second_largest
from counted
join scope.cell using (cell)
left join taken_in_all using (cell)
left join immature using (cell)
cross join unnest(counted.outcomes) as each (outcome)
