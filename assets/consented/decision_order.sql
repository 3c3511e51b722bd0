-- Which court orders in force tonight reach which subjects, and of these which only the rows of one booking? An order reaches as far as a
-- consent does.
with sure as (
    select distinct subject_id, person_key from decision_membership where link_confidence >= $permits_across
),
fitting as (
    select subject_id, booking_id, authority from consented.court_order where valid_from <= $night and $night < valid_to
),
reached as (
    from fitting
    union
    select other.subject_id, fitting.booking_id, fitting.authority
    from fitting
    join sure using (subject_id)
    join sure as other on other.person_key = sure.person_key
    where $operation <> 'link'
)
select subject_id, booking_id, authority from reached
