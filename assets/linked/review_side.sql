-- What has been written about each of these subjects, value by value, newest first? Erased records are left out; race is not asked.
with observed as (
    select identity.*
    from checked.identity as identity
    where list_contains($subjects, identity.subject_id)
      and identity.known_to is null
      and identity.person_role = 'subject'
      and not exists (select 1 from consented.erased_record as erased where erased.record_id = identity.record_id)
),
value as (
    select
        subject_id,
        recorded_on,
        evidence,
        unnest([
            {'field': 'first_name', 'value': coalesce(first_name, case when last_name is null then full_name end)},
            {'field': 'last_name', 'value': last_name},
            {'field': 'middle_name', 'value': middle_name},
            {'field': 'suffix', 'value': name_suffix},
            {'field': 'birth_date', 'value': coalesce(
                case when birth_date_quality <> 'placeholder' then birth_date::varchar end,
                case when birth_date_quality = 'partial' then concat_ws('-', birth_year::varchar, lpad(birth_month::varchar, 2, '0')) end
            )},
            {'field': 'sex', 'value': sex},
            {'field': 'phone', 'value': phone},
            {'field': 'address', 'value': nullif(concat_ws(', ', street_address, city, zip), '')},
            {'field': 'ssn4', 'value': ssn4},
            {'field': 'state_id', 'value': state_id}
        ]) as item
    from observed
)
select
    subject_id,
    item.field as field,
    item.value as value,
    bool_and(evidence = 'alias') as is_alias,
    max(recorded_on) as last_on
from value
where item.value is not null
group by subject_id, item.field, item.value
order by subject_id, item.field, is_alias, last_on desc nulls last, item.value
