-- Which identity observations of tonight's changed subjects may be compared, with a full name split where the parts are missing?
-- Only a subject's own observations count: the names of callers, victims and witnesses stop here.
with permitted as (
    select identity.*, position(',' in identity.full_name) as comma
    from checked.identity as identity
    semi join temp.linked_delta_share as delta on delta.subject_id = identity.subject_id
    where identity.person_role = 'subject'
      and identity.known_to is null
      and not exists (select 1 from consented.erased_record as erased where erased.record_id = identity.record_id)
),
split as (
    select
        *,
        first_name is null and last_name is null and full_name is not null as from_full_name,
        string_split(trim(regexp_replace(full_name, '\s+', ' ', 'g')), ' ') as words
    from permitted
)
-- Whole names of three words and more without a comma were split by a parser that knows particles (parsers.py).
select
    identity_id,
    subject_id,
    system,
    evidence,
    case
        when not from_full_name then split.first_name
        when parsed.raw is not null then parsed.first_name
        when comma > 0 then trim(substr(full_name, comma + 1))
        when len(words) > 1 then array_to_string(words[1:-2], ' ')
        else null
    end as first_name,
    case when from_full_name then parsed.middle_name else split.middle_name end as middle_name,
    case
        when not from_full_name then split.last_name
        when parsed.raw is not null then parsed.last_name
        when comma > 0 then trim(substr(full_name, 1, comma - 1))
        else words[-1]
    end as last_name,
    coalesce(split.name_suffix, case when from_full_name then parsed.name_suffix end) as name_suffix,
    birth_date,
    birth_date_quality,
    coalesce(birth_year, year(birth_date)) as birth_year,
    coalesce(birth_month, month(birth_date)) as birth_month,
    sex,
    phone,
    street_address,
    city,
    zip,
    ssn4,
    state_id,
    recorded_on
from split
left join temp.linked_full_name as parsed on from_full_name and parsed.raw = split.full_name
