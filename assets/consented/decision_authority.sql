-- By which authorities has each subject been ordered, and by which the rows of each booking that an order names?
-- What was ordered about the person as a whole holds for each booking too. Equal lists have equal numbers; 0 is the empty list.
with named as (select distinct subject_id, booking_id from decision_order where booking_id is not null),
reached as (
    select subject_id, null as booking_id, authority from decision_order where booking_id is null
    union all
    select named.subject_id, named.booking_id, ordered.authority
    from named
    join decision_order as ordered
        on ordered.subject_id = named.subject_id and (ordered.booking_id is null or ordered.booking_id = named.booking_id)
),
listed as (
    select subject_id, booking_id, list_sort(list_distinct(list(authority))) as authorities from reached group by subject_id, booking_id
)
select subject_id, booking_id, authorities, dense_rank() over (order by authorities) as orders_id from listed
