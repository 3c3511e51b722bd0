-- Measure 1: how many bookings are of people with evidence of serious mental illness, by kind of evidence?
-- Positive, negative and unknown are shown beside each other and add up to the bookings of the group. What somebody's evidence says after
-- three days is a share of those still held then; everything else is a share of all bookings.
-- Most people have one booking in the period: who they are is asked only of the others.
with placed as (
    select person_key, unnest(list_concat(cells, details)) as cell, came_once
    from (
        select *, count(*) over (partition by person_key) = 1 as came_once
        from scope.shown_booking
        where booked_at >= $period_start and booked_at < $period_end
    )
),
once as (
    select cell, count(*) as people from placed where came_once group by cell
),
several as (
    select cell, person_key, count(*) as bookings from placed where not came_once group by cell, person_key
),
counted as (
    -- What the two people with most bookings have, for disclosure control.
    select
        cell, sum(bookings)::bigint as bookings, sum(people)::bigint as people, list_reverse_sort(flatten(list(most))) as most
    from (
        select cell, people as bookings, people, if(people > 1, [1, 1], [1])::bigint[] as most from once
        union all
        select cell, sum(bookings) as bookings, count(*) as people, max(bookings, 2) as most from several group by cell
    )
    group by cell
),
-- All bookings of a category and kind of evidence: cells that differ in their status only.
whole as (
    select evidence_no, sum(bookings)::bigint as bookings, sum(people)::bigint as people
    from (
        select cell // 4 as evidence_no, people as bookings, people from once
        union all
        select evidence_no, sum(bookings) as bookings, count(*) as people
        from (select cell // 4 as evidence_no, person_key, sum(bookings) as bookings from several group by cell // 4, person_key)
        group by evidence_no
    )
    group by evidence_no
)
select
    'bookings_with_smi' as measure,
    'bookings' as submeasure,
    cell.domain,
    cell.breakdown,
    cell.category,
    cell.race_group,
    cell.evidence,
    cell.smi_status,
    $period_start::timestamp as period_start,
    $period_end::timestamp as period_end,
    coalesce(counted.bookings, 0) as numerator,
    whole.bookings as denominator,
    coalesce(counted.people, 0) as people,
    whole.people as base_people,
    coalesce(counted.bookings, 0) / whole.bookings as value,
    if(cell.evidence = 'landmark', 'share of bookings still held', 'share of bookings') as unit,
    counted.most[1] as largest,
    counted.most[2] as second_largest
from scope.cell
join whole on whole.evidence_no = cell.cell // 4
left join counted on counted.cell = cell.cell
