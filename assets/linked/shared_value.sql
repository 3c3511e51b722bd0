-- Which phones and addresses are used under so many different initials that they say nothing about who somebody is?
-- A shelter, a hospital, a public telephone. Initials are counted, not spellings: one person is misspelt in many ways.
-- Users are counted first, which is cheap: fewer users than that cannot have so many initials.
with used as (
    select 'phone' as kind, unnest(phones) as value, left(first_name, 1) || left(last_name, 1) as initials
    from linked.standardised
    where domain = $domain and known_to is null
    union all
    select 'address', unnest(addresses), left(first_name, 1) || left(last_name, 1)
    from linked.standardised
    where domain = $domain and known_to is null
),
crowded as (
    select kind, value
    from used
    group by kind, value
    having count(initials) >= case kind when 'phone' then $phone_names else $address_names end
)
select used.kind, used.value
from used
semi join crowded on crowded.kind = used.kind and crowded.value = used.value
group by used.kind, used.value
having count(distinct used.initials) >= case used.kind when 'phone' then $phone_names else $address_names end
