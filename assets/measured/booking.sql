-- Which bookings had been made before the as-of moment, and what was known of each at that moment?
-- One row a booking record. A release at or after the as-of moment has not happened yet; a release before its booking is no release.
with known as (
    select
        record_id,
        person_key,
        domain,
        system,
        source,
        booked_at,
        case when released_at < $as_of and released_at >= booked_at then released_at end as released_at,
        coalesce(released_at < booked_at, false) as end_is_impossible,
        case when released_at < $as_of and released_at >= booked_at then release_type end as release_type,
        facility,
        arresting_agency,
        booking_type,
        charge_level,
        age_at_event,
        sex,
        region,
        -- The same stay delivered twice (two vendor ids of one person) is one stay.
        row_number() over (partition by domain, person_key, booked_at, released_at order by record_id) > 1 as is_duplicate,
        case
            when bjmhs_positive is null then 'unknown'
            when bjmhs_at >= $as_of or bjmhs_at >= booked_at + to_hours($screened_within_hours::integer) then 'unknown'
            when bjmhs_positive then 'positive'
            else 'negative'
        end as bjmhs
    from scope.jail_booking
    where booked_at < $as_of
),
diagnosis as (
    select domain, person_key, diagnosed_on
    from scope.health_diagnosis
    where is_smi and diagnosed_on < $as_of::date
    group by all
),
care as (
    select domain, person_key, min(seen_on) as first_on
    from (
        select domain, person_key, started_at::date as seen_on from scope.health_encounter where started_at < $as_of
        union all
        select domain, person_key, diagnosed_on as seen_on from scope.health_diagnosis where diagnosed_on < $as_of::date
    )
    group by all
),
dated as (
    select *, booked_at::date as booked_on from known
),
diagnosed as (
    select dated.*, diagnosis.diagnosed_on as last_smi_diagnosis_on
    from dated
    asof left join diagnosis
        on dated.domain = diagnosis.domain and dated.person_key = diagnosis.person_key and dated.booked_on > diagnosis.diagnosed_on
),
judged as (
    select
        diagnosed.* exclude (booked_on, last_smi_diagnosis_on),
        case
            when last_smi_diagnosis_on >= booked_on - to_months($diagnosis_months::integer) - to_days($diagnosis_days::integer)
                then 'positive'
            when care.first_on < booked_on then 'negative'
            else 'unknown'
        end as smi_dx_proxy,
        not is_duplicate
        and list_contains($counted_types::varchar[], coalesce(booking_type, 'unknown'))
        and not coalesce(released_at < booked_at + to_hours($minimum_stay_hours::integer), false) as is_counted
    from diagnosed
    left join care on care.domain = diagnosed.domain and care.person_key = diagnosed.person_key
),
counted as (
    select domain, person_key, booked_at from judged where is_counted group by all
),
followed as (
    select judged.*, counted.booked_at as next_booked_at
    from judged
    asof left join counted
        on judged.domain = counted.domain and judged.person_key = counted.person_key and judged.released_at < counted.booked_at
)
select
    followed.*,
    case
        when bjmhs = 'positive' or smi_dx_proxy = 'positive' then 'positive'
        when bjmhs = 'negative' or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as either,
    max(case when is_counted then booked_at end) over (
        partition by domain, person_key order by booked_at, record_id rows between unbounded preceding and 1 preceding
    ) as previous_booked_at
from followed
