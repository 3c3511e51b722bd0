-- How many distinct signatures of facts are there, which number has each, and which facts does it stand for?
with consents as (select distinct consents_id, consents from decision_subject),
denies as (select distinct denies_id, denies from decision_subject),
orders as (select distinct orders_id, authorities from decision_authority),
signature as (
    select distinct
        decided_on, label_text, system, agency, is_subject, is_erased, is_key_reuse, is_adult, is_in_custody, is_client, consents_id,
        denies_id, orders_id
    from decision_fact
)
select
    row_number() over () as case_id,
    signature.*,
    case when label_text = '' then [] else string_split(label_text, ',') end as labels,
    list_filter(
        [
            case when is_adult then 'adult' end,
            case when is_in_custody then 'in_custody' end,
            case when is_client then 'client_of_recipient' end
        ],
        lambda word: word is not null
    ) as population,
    coalesce(consents.consents, []) as consents,
    coalesce(denies.denies, []) as denies,
    coalesce(orders.authorities, []) as orders
from signature
left join consents using (consents_id)
left join denies using (denies_id)
left join orders using (orders_id)
