-- What may be compared of each subject that a candidate pair needs, once values shared by many people are set apart?
-- A name outside the frozen table is rarer than every name in it and gets the table's rest frequency.
with needed as (
    select standardised.*
    from linked.standardised as standardised
    semi join temp.linked_needed as needed on needed.subject_id = standardised.subject_id
    where standardised.domain = $domain and standardised.known_to is null
),
shared as (
    select kind, value from linked.shared_value where domain = $domain and known_to is null
),
own as (
    select subject_id, 'phone' as kind, unnest(phones) as value from needed
    union all
    select subject_id, 'address', unnest(addresses) from needed
),
-- Few people use a shared value: only theirs are taken apart.
kept as (
    select
        own.subject_id,
        list(own.value order by own.value) filter (where shared.value is null and own.kind = 'phone') as phones,
        list(own.value order by own.value) filter (where shared.value is null and own.kind = 'address') as addresses,
        list(own.value order by own.value) filter (where shared.value is not null) as shared_contacts
    from own
    semi join (
        select own.subject_id from own join shared on shared.kind = own.kind and shared.value = own.value
    ) as sharing on sharing.subject_id = own.subject_id
    left join shared on shared.kind = own.kind and shared.value = own.value
    group by own.subject_id
)
select
    needed.* exclude (domain, phones, addresses, identity_hash, known_from, known_to),
    case when kept.subject_id is null then needed.phones else coalesce(kept.phones, []) end as phones,
    case when kept.subject_id is null then needed.addresses else coalesce(kept.addresses, []) end as addresses,
    coalesce(kept.shared_contacts, []) as shared_contacts,
    list_distinct(list_concat(needed.first_names, needed.middle_names)) as given_names,
    list_filter(needed.dobs, lambda d: d[6:] <> '01-01') as sure_dobs,
    coalesce(first_frequency.frequency, $first_name_rest) as tf_first_name,
    coalesce(last_frequency.frequency, $last_name_rest) as tf_last_name
from needed
left join kept on kept.subject_id = needed.subject_id
left join temp.linked_frequency as first_frequency on first_frequency.column_name = 'first_name' and first_frequency.value = needed.first_name
left join temp.linked_frequency as last_frequency on last_frequency.column_name = 'last_name' and last_frequency.value = needed.last_name
