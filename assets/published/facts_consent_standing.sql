-- Where does the best consent of each kind stand tonight, for every person whose agency takes consents?
-- The best is the one in force, else the one that was most nearly so.
with taking as (
    select distinct system from consented.consent_state
),
kind as (
    select distinct kind from consented.form where not denies
),
ranked as (
    select
        state.subject_id,
        state.kind,
        case
            when state.state in ('in_force', 'expired', 'revoked', 'defective') then state.state
            else 'other'
        end as state,
        case when state.state = 'in_force' then state.valid_to end as ends_on,
        array_position(['in_force', 'expired', 'revoked', 'defective'], state.state) as place
    from consented.consent_state as state
),
best as (
    select subject_id, kind, first(state order by place nulls last, ends_on desc nulls last, state) as state, max(ends_on) as ends_on
    from ranked
    group by subject_id, kind
)
select
    product_pseudonym.pseudonym as person_key,
    membership.domain,
    membership.system,
    kind.kind,
    coalesce(best.state, 'none') as state,
    case when best.state = 'in_force' then date_diff('day', $night::date, best.ends_on) end as days_left
from temp.audit_subject as counted
join linked.membership as membership on membership.subject_id = counted.subject_id
join taking on taking.system = membership.system
join temp.product_pseudonym as product_pseudonym on product_pseudonym.person_key = membership.person_key
cross join kind
left join best on best.subject_id = counted.subject_id and best.kind = kind.kind
