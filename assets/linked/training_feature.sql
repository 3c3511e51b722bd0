-- What may be compared of each subject when a model learns? Everything a night would compare, shared phones and addresses set apart.
with own as (
    select subject_id, 'phone' as kind, unnest(phones) as value, left(first_name, 1) || left(last_name, 1) as initials
    from temp.linked_standardised
    union all
    select subject_id, 'address', unnest(addresses), left(first_name, 1) || left(last_name, 1)
    from temp.linked_standardised
),
-- As shared_value.sql does for a night.
shared as (
    select kind, value
    from own
    group by kind, value
    having count(distinct initials) >= case kind when 'phone' then $phone_names else $address_names end
),
kept as (
    select
        own.subject_id,
        list(own.value order by own.value) filter (where shared.value is null and own.kind = 'phone') as phones,
        list(own.value order by own.value) filter (where shared.value is null and own.kind = 'address') as addresses,
        list(own.value order by own.value) filter (where shared.value is not null) as shared_contacts
    from own
    left join shared on shared.kind = own.kind and shared.value = own.value
    group by own.subject_id
)
select
    standardised.* exclude (identity_hash, phones, addresses),
    coalesce(kept.phones, []) as phones,
    coalesce(kept.addresses, []) as addresses,
    coalesce(kept.shared_contacts, []) as shared_contacts,
    list_distinct(list_concat(standardised.first_names, standardised.middle_names)) as given_names,
    list_filter(standardised.dobs, lambda d: d[6:] <> '01-01') as sure_dobs
from temp.linked_standardised as standardised
left join kept on kept.subject_id = standardised.subject_id
