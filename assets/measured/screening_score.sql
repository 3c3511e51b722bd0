-- What does each screen say when its answers are scored, and does the source agree?
-- The rules are those of screening_rules.py. Where no answers were delivered the stated total is scored, else the stated result stands.
with form as (
    select * from (
        values ('bjmhs', 8, 1), ('k6', 6, 4), ('cmhs_m', 12, 1), ('cmhs_w', 8, 1), ('c_ssrs', 6, 1)
    ) as forms (screen, items, highest)
),
given as (
    select
        screening.record_id,
        person_code.domain,
        person_code.person_key,
        screening.system,
        screening.booking_record_id,
        screening.screened_at,
        screening.screen,
        screening.total_score,
        screening.stated_result,
        form.items,
        form.highest,
        case when len(screening.answers) > 0 then list_resize(screening.answers[1:form.items], form.items, null) end as answers
    from scope.screening
    join form using (screen)
    join scope.person_code on person_code.given_domain = screening.domain and person_code.given_key = screening.person_key
),
counted as (
    select
        *,
        case screen when 'bjmhs' then $bjmhs_current when 'k6' then $k6_cut when 'cmhs_m' then $cmhs_men else $cmhs_women end as cut,
        coalesce(list_sum(answers), 0)::integer as total,
        len(list_filter(answers, lambda item: item is not null))::integer as answered,
        coalesce(list_sum(answers[1:6]), 0) as current_yes,
        len(list_filter(answers[1:6], lambda item: item is null)) as current_unknown
    from given
),
scored as (
    select
        *,
        case
            when answers is null then null
            when screen = 'bjmhs' then
                case
                    when current_yes >= cut or coalesce(answers[7], 0) > 0 or coalesce(answers[8], 0) > 0 then 'positive'
                    when current_yes + current_unknown >= cut or answers[7] is null or answers[8] is null then 'not_completed'
                    else 'negative'
                end
            when screen = 'c_ssrs' then
                case
                    when total > 0 then 'positive'
                    when answers[1] is null or answers[2] is null or answers[6] is null then 'not_completed'
                    else 'negative'
                end
            when total >= cut then 'positive'
            when total + highest * (items - answered) >= cut then 'not_completed'
            else 'negative'
        end as result_of_answers,
        case
            when answers is not null or total_score is null or screen in ('bjmhs', 'c_ssrs') then null
            when total_score >= cut then 'positive'
            else 'negative'
        end as result_of_total
    from counted
)
select
    record_id,
    domain,
    person_key,
    system,
    booking_record_id,
    screened_at,
    screen,
    coalesce(case when answers is not null then total end, total_score) as total_score,
    coalesce(answered, 0) as answered,
    items,
    case
        when screen <> 'c_ssrs' or answers is null then null
        when coalesce(answers[4], 0) > 0 or coalesce(answers[5], 0) > 0 or coalesce(answers[6], 0) > 0 then 'high'
        when coalesce(answers[3], 0) > 0 then 'moderate'
        when coalesce(answers[1], 0) > 0 or coalesce(answers[2], 0) > 0 then 'low'
    end as risk_level,
    coalesce(
        case when stated_result in ('refused', 'not_completed') then stated_result end,
        result_of_answers,
        result_of_total,
        stated_result,
        'not_completed'
    ) as result,
    case when result_of_answers is not null then 'answers' when result_of_total is not null then 'total' else 'stated' end as scored_from,
    stated_result,
    case
        when stated_result in ('positive', 'negative') and coalesce(result_of_answers, result_of_total) in ('positive', 'negative')
            then stated_result = coalesce(result_of_answers, result_of_total)
    end as agrees_with_stated
from scored
