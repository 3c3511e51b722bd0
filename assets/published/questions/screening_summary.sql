-- How soon and how often are people screened, assessed and connected, overall and by race group?
-- people are behind the figure, base_people could have been. The hidden columns name lines about the same people, or about people who contain
-- them: most figures have everybody booked for their base, and the positive of one figure are the base of another.
with named as (
    select
        *,
        submeasure || coalesce(' in ' || domain, '') as figure,
        coalesce(' in ' || domain, '') as place,
        submeasure in ('screened_in_time', 'hours_to_screen_median', 'hours_to_screen_p90', 'attempts', 'refused') as of_all_booked
    from measured.screening_summary
    where breakdown in ('ALL', 'race_group')
)
select
    figure,
    race_group,
    people,
    base_people,
    round(numerator, 1) as numerator,
    round(denominator, 1) as denominator,
    round(value, 4) as value,
    unit,
    period_start::date as period_start,
    period_end::date as period_end,
    reason,
    case when of_all_booked and submeasure <> 'screened_in_time' then 'screened_in_time' || place end as booked_figure,
    case
        when submeasure = 'screened_positive' then 'screened_in_time' || place
        when submeasure in ('assessed', 'hours_to_assessment_median') then 'screened_positive' || place
    end as base_figure,
    case
        when submeasure = 'hours_to_screen_p90' then 'hours_to_screen_median' || place
        when submeasure = 'hours_to_screen_median' then 'screened_in_time' || place
        when submeasure = 'hours_to_assessment_median' then 'assessed' || place
    end as wider_figure,
    case when starts_with(submeasure, 'hours_to_connect_median_') then submeasure || place end as own_figure,
    case when submeasure = 'screened_in_time' then 'bookings_with_smi bookings' || place || ' by bjmhs' end as booked_as,
    'ALL' as booked_who,
    -- Who waited for care within so many days is connected within them: one number under two names.
    case
        when starts_with(submeasure, 'hours_to_connect_median_')
            then 'connection_to_treatment connected_' || regexp_extract(submeasure, '\d+d$') || place || ' by either'
    end as connected_as
from named
