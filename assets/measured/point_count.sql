-- How many events and people of each race group are there at each decision point, and how many of them nobody may know about?
-- potential_*: not seen in the numerator, but perhaps in it: people who may not be looked up, and as many of the rest as there are
-- withheld people of their group (or of unknown group) in the following system, the people with most events first.
with alike as (
    select point_no, domain, unnest([race_group, 'ALL']) as race_group, n, x, excluded, hispanic_unknown, is_linkable, people
    from (
        select point_no, domain, race_group, n, x, excluded, hispanic_unknown, is_linkable, count(*) as people
        from scope.point_person
        group by all
    ) as counted
),
withheld as (
    select decision_point.point_no, withheld_people.domain, withheld_people.race_group, withheld_people.people
    from scope.withheld_people
    join scope.decision_point on decision_point.point_id = withheld_people.label
),
groups as (
    select
        each.point_no,
        each.domain,
        each.race_group,
        coalesce(own.people, 0) + case when each.race_group in ('ALL', 'UNKNOWN') then 0 else coalesce(unknown.people, 0) end
            as withheld_people
    from (select distinct point_no, domain, race_group from alike) as each
    left join withheld as own
        on own.point_no = each.point_no and own.domain = each.domain and own.race_group = each.race_group
    left join withheld as unknown
        on unknown.point_no = each.point_no and unknown.domain = each.domain and unknown.race_group = 'UNKNOWN'
),
-- How many linkable people have so many events that somebody withheld could hide; those with most go first.
hidden as (
    select point_no, domain, race_group, n - x as events, sum(people) as people, sum(people) filter (where x = 0) as new_people
    from alike
    where is_linkable and n > x
    group by all
),
taken as (
    select
        hidden.point_no,
        hidden.domain,
        hidden.race_group,
        hidden.events * least(
            hidden.people,
            greatest(0, groups.withheld_people - coalesce(sum(hidden.people) over (
                partition by hidden.point_no, hidden.domain, hidden.race_group
                order by hidden.events desc rows between unbounded preceding and 1 preceding
            ), 0))
        ) as events,
        hidden.new_people
    from hidden
    join groups using (point_no, domain, race_group)
),
taken_in_all as (
    select point_no, domain, race_group, sum(events) as events, coalesce(sum(new_people), 0) as new_people
    from taken
    group by all
),
-- What the two people with most events have: somebody else's share of a sum of events could be told from it.
most as (
    select point_no, domain, race_group, max(x, 2) as most
    from alike, unnest(range(least(people, 2)::bigint)) as copy (no)
    group by point_no, domain, race_group
),
counted as (
    select
        point_no,
        domain,
        race_group,
        sum(people * n)::bigint as base_events,
        coalesce(sum(people) filter (where n > 0), 0)::bigint as base_people,
        sum(people * x)::bigint as events,
        coalesce(sum(people) filter (where x > 0), 0)::bigint as people,
        sum(people * x * x)::bigint as squares,
        sum(people * x * n)::bigint as products,
        sum(people * n * n)::bigint as base_squares,
        sum(people * excluded)::bigint as excluded_events,
        coalesce(sum(people) filter (where x > 0 and hispanic_unknown), 0)::bigint as ethnicity_unknown_people,
        coalesce(sum(people * n) filter (where is_linkable), 0)::bigint as linkable_base_events,
        coalesce(sum(people) filter (where is_linkable and n > 0), 0)::bigint as linkable_base_people,
        coalesce(sum(people * (n - x)) filter (where not is_linkable), 0)::bigint as unlinkable_events,
        coalesce(sum(people) filter (where n > 0 and x = 0 and not is_linkable), 0)::bigint as unlinkable_people
    from alike
    group by point_no, domain, race_group
)
select
    decision_point.point_id,
    counted.* exclude (point_no, unlinkable_events, unlinkable_people),
    groups.withheld_people::bigint as withheld_people,
    (counted.unlinkable_events + coalesce(taken_in_all.events, 0))::bigint as potential_events,
    (counted.unlinkable_people + least(groups.withheld_people, coalesce(taken_in_all.new_people, 0)))::bigint as potential_people,
    most.most[1]::bigint as largest,
    coalesce(most.most[2], 0)::bigint as second_largest
from counted
join most using (point_no, domain, race_group)
join scope.decision_point using (point_no)
join groups using (point_no, domain, race_group)
left join taken_in_all using (point_no, domain, race_group)
order by decision_point.point_id, counted.domain, counted.race_group
