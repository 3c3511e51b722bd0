-- What do the facts say by which a reviewer tells people apart, for each subject that may be compared, as one hash?
-- Names, birth date, sex, suffix and numbers; a new address, phone or alias adds to a record and corrects nothing.
select
    domain,
    subject_id,
    sha256(concat_ws(
        chr(31), coalesce(first_name, ''), coalesce(last_name, ''), coalesce(suffix, ''), coalesce(dob, ''), coalesce(birth_ym, ''),
        coalesce(sex, ''), array_to_string(ssn4s, ','), array_to_string(state_ids, ',')
    )) as core
from linked.standardised
where known_to is null
