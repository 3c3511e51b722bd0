-- Which identities do the admitted rows state? Of callers, victims and witnesses none is kept.
with own as (
    select
        admitted.*,
        region.region,
        case when admitted.zip is not null then region.zip is not null end as resident,
        case
            when birth_date_quality = 'full' then birth_date
            when birth_date_quality = 'partial' and birth_year is not null then last_day(make_date(birth_year, coalesce(birth_month, 12), 1))
        end as latest_birth_date,
        coalesce(role = 'subject', false) as is_subject
    from temp.admitted as admitted
    left join temp.region as region on region.zip = admitted.zip
)
select
    record_id, version, subject_id, role as person_role, $evidence as evidence, $source as source, $system as system,
    $record_type as record_type, source_person_id, parent_record_id,
    case when is_subject then first_name end as first_name,
    case when is_subject then middle_name end as middle_name,
    case when is_subject then last_name end as last_name,
    case when is_subject then name_suffix end as name_suffix,
    case when is_subject then full_name end as full_name,
    case when is_subject then birth_date end as birth_date,
    case when is_subject then birth_date_quality end as birth_date_quality,
    case when is_subject then birth_year end as birth_year,
    case when is_subject then birth_month end as birth_month,
    case when is_subject then sex end as sex,
    case when is_subject then phone end as phone,
    case when is_subject then street_address end as street_address,
    case when is_subject then city end as city,
    case when is_subject then state end as state,
    case when is_subject then zip end as zip,
    case when is_subject then ssn4 end as ssn4,
    case when is_subject then state_id end as state_id,
    case when is_subject then latest_birth_date end as latest_birth_date,
    case when is_subject then region end as region,
    case when is_subject then resident end as resident,
    stated_on as recorded_on,
    key_reuse,
    $night::date as known_from,
    null::date as known_to
from own
union all by name
select
    record_id, version, subject_id, role as person_role, 'alias' as evidence, $source as source, $system as system,
    $record_type as record_type, source_person_id, parent_record_id,
    other.first_name as first_name, other.middle_name as middle_name, other.last_name as last_name, other.name_suffix as name_suffix,
    birth_date, birth_date_quality, birth_year, birth_month, sex, latest_birth_date, region, resident,
    stated_on as recorded_on, key_reuse, $night::date as known_from, null::date as known_to
from (select own.*, unnest(other_names) as other from own where is_subject)
