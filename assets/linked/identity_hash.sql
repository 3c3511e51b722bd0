-- What did each subject that may be compared look like in its checked identities tonight, as one number that ignores row order?
-- Hashing is cheap and runs over everybody; standardising is dear and runs only over subjects whose number moved. DuckDB's own hash costs a
-- tenth of a cryptographic one. Another release of DuckDB may hash otherwise: everybody is then standardised once more and found unchanged.
-- Ids are grouped by their hash: where two fell on one, a change of either would have both standardised.
with observed as (
    select
        hash(identity.subject_id) as number,
        sum(hash(
            identity.system, identity.evidence, identity.birth_date_quality, identity.recorded_on,
            identity.first_name, identity.middle_name, identity.last_name, identity.name_suffix, identity.full_name, identity.birth_date,
            identity.birth_year, identity.birth_month, identity.sex, identity.phone, identity.street_address, identity.city, identity.zip,
            identity.ssn4, identity.state_id
        )) as rows_hash
    from checked.identity as identity
    anti join consented.erased_record as erased on erased.record_id = identity.record_id
    where identity.known_to is null and identity.person_role = 'subject'
    group by all
)
select
    permitted.subject_id,
    coalesce(observed.rows_hash, 0)::hugeint * 2 + coalesce(permitted.is_key_reuse, false)::int as identity_hash
from temp.linked_permitted as permitted
left join observed on observed.number = hash(permitted.subject_id)
