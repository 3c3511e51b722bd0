-- Which of the jail's own counts may this product use? No person stands behind them, so they are decided without a subject.
select
    jail_count.count_date,
    case when allowed.facility then jail_count.facility end as facility,
    case when allowed.population then jail_count.population end as population,
    case when allowed.bookings then jail_count.bookings end as bookings
from linked.jail_count as jail_count
cross join (
    select
        coalesce(bool_or(element = 'jail_count.count_date'), false) as count_date,
        coalesce(bool_or(element = 'jail_count.facility'), false) as facility,
        coalesce(bool_or(element = 'jail_count.population'), false) as population,
        coalesce(bool_or(element = 'jail_count.bookings'), false) as bookings
    from temp.product_decision
    where verdict = 'permit' and subject_id is null
) as allowed
where allowed.count_date
