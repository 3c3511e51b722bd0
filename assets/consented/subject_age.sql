-- From which day is each subject surely eighteen?
-- Missing from the answer: age unknown.
with latest as (
    select
        subject_id,
        -- Of several birth dates, and within a partial one, the latest counts: a doubtful adult is a minor.
        max(case
            when birth_date_quality = 'full' then birth_date
            when birth_date_quality = 'partial' and birth_year is not null
                then last_day(make_date(birth_year::bigint, coalesce(birth_month, 12)::bigint, 1))
        end) as born_at_the_latest
    from checked.identity
    where known_to is null
      and evidence = 'primary'
      and record_id not in (select record_id from consented.erased_record)
    group by subject_id
)
select
    subject_id,
    -- Who is born on 29 February comes of age on 1 March.
    case
        when month(born_at_the_latest) = 2 and day(born_at_the_latest) = 29
            then make_date(year(born_at_the_latest) + $adult_age, 3, 1)
        else cast(born_at_the_latest + to_years($adult_age) as date)
    end as adult_since
from latest
where born_at_the_latest is not null
