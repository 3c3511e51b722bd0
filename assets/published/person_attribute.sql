-- What sex, age tonight, residence and region does each person have, from the rows this product may use?
-- No birth date reaches a product: age is the age at the latest permitted event plus the whole years since then.
with seen as (
    select contact.domain, contact.person_key, contact.record_id, contact.start_at as seen_at, contact.sex, contact.age_at_event,
        contact.region, booking.resident
    from linked.contact as contact
    left join linked.jail_booking as booking on booking.record_id = contact.record_id and booking.domain = contact.domain
),
sexed as (
    select domain, person_key, first(sex order by times desc, last_at desc nulls last, sex) as sex
    from (select domain, person_key, sex, count(*) as times, max(seen_at) as last_at from seen where sex is not null group by all)
    group by domain, person_key
)
select
    seen.person_key,
    seen.domain,
    any_value(sexed.sex) as sex,
    first(age_at_event + date_sub('year', seen_at, $as_of::timestamp) order by seen_at desc, record_id)
        filter (where age_at_event is not null and seen_at is not null)::integer as age,
    -- Outside the jail nobody writes down residence; an address in one of the county's regions stands for it.
    coalesce(
        first(resident order by seen_at desc nulls last, record_id) filter (where resident is not null),
        case when count(region) > 0 then true end
    ) as resident,
    first(region order by seen_at desc nulls last, record_id) filter (where region is not null) as region
from seen
left join sexed on sexed.domain = seen.domain and sexed.person_key = seen.person_key
group by seen.domain, seen.person_key
