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
        row_number() over (partition by domain, person_key, booked_at, released_at order by record_id) > 1 as is_duplicate
    from scope.jail_booking
    -- What the county does not count is no booking: papers, returns, moves between its own facilities.
    where booked_at < $as_of and coalesce(counts, true)
),
screen as (
    select
        booking_screen.*,
        result in ('positive', 'negative') as is_completed,
        screened_at < known.booked_at + to_hours($screened_within_hours::integer) as in_time,
        screened_at < known.booked_at + to_hours($early_hours::integer) as is_early,
        screened_at < known.booked_at + to_hours($landmark_hours::integer) as before_landmark,
        list_contains($screens::varchar[], screen) as is_evidence
    from scope.booking_screen
    join known on known.domain = booking_screen.domain and known.record_id = booking_screen.booking_record_id
),
screened as (
    select
        domain,
        booking_record_id,
        count(*) as screen_attempts,
        count(*) filter (where result = 'refused') as screens_refused,
        min(screened_at) filter (where is_completed and is_evidence) as first_screened_at,
        min(screened_at) filter (where result = 'positive' and is_evidence and in_time) as first_positive_at,
        bool_or(result = 'positive') filter (where is_completed and in_time and screen = 'bjmhs') as bjmhs_positive,
        bool_or(result = 'positive') filter (where is_completed and in_time and is_evidence) as screen_positive,
        bool_or(result = 'positive') filter (where is_completed and is_early and is_evidence) as early_positive,
        bool_or(result = 'positive') filter (where is_completed and before_landmark and is_evidence) as landmark_positive
    from screen
    group by domain, booking_record_id
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
        screened.* exclude (domain, booking_record_id),
        case when screened.bjmhs_positive then 'positive' when not screened.bjmhs_positive then 'negative' else 'unknown' end as bjmhs,
        case when screened.screen_positive then 'positive' when not screened.screen_positive then 'negative' else 'unknown' end as screen,
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
    left join screened on screened.domain = diagnosed.domain and screened.booking_record_id = diagnosed.record_id
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
        when bjmhs = 'positive' or screen = 'positive' or smi_dx_proxy = 'positive' then 'positive'
        when bjmhs = 'negative' or screen = 'negative' or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as either,
    case
        when early_positive or smi_dx_proxy = 'positive' then 'positive'
        when not early_positive or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as evidence_early,
    -- Of those still held at the landmark; who had left before has no answer and is not in its base.
    case
        when end_is_impossible or booked_at + to_hours($landmark_hours::integer) > $as_of
            or released_at < booked_at + to_hours($landmark_hours::integer) then null
        when landmark_positive or smi_dx_proxy = 'positive' then 'positive'
        when not landmark_positive or smi_dx_proxy = 'negative' then 'negative'
        else 'unknown'
    end as landmark,
    max(case when is_counted then coalesce(released_at, $as_of) end) over (
        partition by domain, person_key order by booked_at, record_id rows between unbounded preceding and 1 preceding
    ) as previous_custody_until,
    max(case when is_counted then booked_at end) over (
        partition by domain, person_key order by booked_at, record_id rows between unbounded preceding and 1 preceding
    ) as previous_booked_at
from followed
