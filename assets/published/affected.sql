-- Which disclosures showed one person's records under another's number, because two people were taken for one until this night?
with before as (
    select subject_id, person_key
    from registers.main.membership
    where known_from < $night and (known_to is null or known_to >= $night)
),
after as (
    select subject_id, person_key
    from registers.main.membership
    where known_from <= $night and (known_to is null or known_to > $night)
),
parted as (
    select own.subject_id as under_subject, other.subject_id as about_subject, own.person_key
    from before as own
    join before as other on other.person_key = own.person_key and other.subject_id <> own.subject_id
    left join after as own_now on own_now.subject_id = own.subject_id
    left join after as other_now on other_now.subject_id = other.subject_id
    -- Whoever left the register altogether left the person too.
    where coalesce(own_now.person_key, 'gone ' || own.subject_id) <> coalesce(other_now.person_key, 'gone ' || other.subject_id)
      and ($person_key = '' or own.person_key = $person_key)
)
select
    disclosure.recipient,
    disclosure.product,
    disclosure.table_name,
    disclosure.record_type,
    disclosure.columns,
    disclosure.first_version,
    disclosure.last_version,
    disclosure.first_night,
    disclosure.last_night,
    disclosure.under_subject,
    disclosure.about_subject,
    parted.person_key
from registers.main.disclosure as disclosure
join parted on parted.under_subject = disclosure.under_subject and parted.about_subject = disclosure.about_subject
where disclosure.first_night < $night
order by all
