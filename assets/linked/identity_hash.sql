-- What did each subject that may be compared look like in its checked identities tonight, as one hash that ignores row order?
-- Hashing is cheap and runs over everybody; standardising is dear and runs only over subjects whose hash moved.
select
    permitted.subject_id,
    sha256(
        coalesce(string_agg(observed.row_hash, '' order by observed.row_hash), '') || coalesce(any_value(subject.is_key_reuse), false)::varchar
    ) as identity_hash
from temp.linked_permitted as permitted
join checked.subject as subject on subject.subject_id = permitted.subject_id
left join (
    select
        identity.subject_id,
        md5(concat_ws(
            chr(31), identity.system, identity.evidence, identity.birth_date_quality, identity.recorded_on,
            coalesce(identity.first_name, chr(30)), coalesce(identity.middle_name, chr(30)), coalesce(identity.last_name, chr(30)),
            coalesce(identity.name_suffix, chr(30)), coalesce(identity.full_name, chr(30)), coalesce(identity.birth_date::varchar, chr(30)),
            coalesce(identity.birth_year::varchar, chr(30)), coalesce(identity.birth_month::varchar, chr(30)), coalesce(identity.sex, chr(30)),
            coalesce(identity.phone, chr(30)), coalesce(identity.street_address, chr(30)), coalesce(identity.city, chr(30)), coalesce(identity.zip, chr(30)),
            coalesce(identity.ssn4, chr(30)), coalesce(identity.state_id, chr(30))
        )) as row_hash
    from checked.identity as identity
    where identity.known_to is null
      and identity.person_role = 'subject'
      and not exists (select 1 from consented.erased_record as erased where erased.record_id = identity.record_id)
) as observed on observed.subject_id = permitted.subject_id
group by permitted.subject_id
