-- Which bookings keep every rule of the record type and the county's text, which break which, and what do they say? Written by hand.
with cleaned as (
    select
        file_row_number as row_position,
        columns(lambda c: c <> 'file_row_number'),
        length("LastNm") > 8192 or length("FirstNm") > 8192 or length("MidNm") > 8192 or length("SuffixNm") > 8192
            or length("StreetAddr") > 8192 or length("City") > 8192 or length("Phone") > 8192 or length("StateId") > 8192
            or length("ArrAgency") > 8192 or length("FacilityCd") > 8192 or length("BookingNo") > 8192 or length("JacketNo") > 8192 as too_long
    from (
        select
            file_row_number,
            nullif(trim(regexp_replace(columns(lambda c: c <> 'file_row_number'), '[\x00-\x1f\x7f]+', ' ', 'g')), '')
        from read_parquet($files, file_row_number = true)
    )
),
read as (
    select
        cleaned.*,
        try_strptime("BookDt", '%Y-%m-%d %H:%M:%S') as booked_at,
        try_strptime("ReleaseDt", '%Y-%m-%d %H:%M:%S') as released_at,
        try_strptime("BjmhsDt", '%Y-%m-%d %H:%M:%S') as bjmhs_at,
        try_strptime("LastUpdDt", '%Y-%m-%d %H:%M:%S') as source_updated_at,
        try_strptime("DOB", '%Y-%m-%d')::date as born,
        map {'ROR': 'recognizance', 'BAIL': 'bail', 'BOND': 'bail', 'CRT': 'court_order', 'TS': 'time_served', 'PROB': 'supervision',
             'PAR': 'supervision', 'DISM': 'charges_dropped', 'NCF': 'charges_dropped', 'TRAN': 'transfer', 'DOC': 'prison',
             'HOSP': 'hospital', 'DEC': 'death', 'OTH': 'other'}["ReleaseCd"] as release_type,
        case "SexCd" when 'M' then 'M' when 'F' then 'F' end as sex,
        map {'W': 'WHITE', 'B': 'BLACK', 'A': 'ASIAN', 'I': 'AIAN', 'P': 'NHPI', 'O': 'OTHER', 'U': 'UNKNOWN'}["RaceCd"] as race,
        map {'H': 'HISPANIC', 'N': 'NOT_HISPANIC', 'U': 'UNKNOWN'}["EthCd"] as ethnicity,
        map {'NEW': 'new_charge', 'FTA': 'fta', 'HOLD': 'hold', 'SENT': 'sentenced', 'TECH': 'technical_violation'}["BookTypeCd"] as booking_type,
        case "BjmhsResult" when 'P' then true when 'N' then false end as bjmhs_positive,
        case "HomelessFl" when 'Y' then true when 'N' then false end as homeless,
        regexp_extract("Zip", '^(\d{5})(-?\d{4})?$', 1) as zip,
        regexp_extract("Ssn4", '(\d{4})$', 1) as ssn4
    from cleaned
),
judged as (
    select
        read.*,
        list_filter([
            case when "BookingNo" is null then 'key_missing' end,
            case when too_long then 'too_long' end,
            case when booked_at is null then case when "BookDt" is null then 'required' else 'not_a_timestamp' end end,
            case when "ReleaseDt" is not null and released_at is null then 'not_a_timestamp' end,
            case when "BjmhsDt" is not null and bjmhs_at is null then 'not_a_timestamp' end,
            case when "LastUpdDt" is not null and source_updated_at is null then 'not_a_timestamp' end,
            case when "DOB" is not null and born is null then 'not_a_date' end,
            case when born < date '1900-01-01' or born > date '2026-03-02' then 'birth_date_out_of_range' end,
            case when "ReleaseCd" is not null and release_type is null then 'unknown_code' end,
            case when "SexCd" is not null and "SexCd" not in ('M', 'F', 'U') then 'unknown_code' end,
            case when "RaceCd" is not null and race is null then 'unknown_code' end,
            case when "EthCd" is not null and ethnicity is null then 'unknown_code' end,
            case when booking_type is null then 'unknown_code' end,
            case when "BjmhsResult" is not null and bjmhs_positive is null then 'unknown_code' end,
            case when "HomelessFl" is not null and homeless is null then 'unknown_code' end,
            case when booked_at < timestamp '1900-01-01' or booked_at > timestamp '2026-03-03' then 'time_out_of_range' end,
            case when released_at < timestamp '1900-01-01' or released_at > timestamp '2026-03-03' then 'time_out_of_range' end,
            case when bjmhs_at < timestamp '1900-01-01' or bjmhs_at > timestamp '2026-03-03' then 'time_out_of_range' end,
            case when released_at < booked_at then 'release_not_before_booking' end,
            case when booked_at::date < born then 'booking_not_before_birth' end
        ], lambda rule: rule is not null) as rules
    from read
)
select
    row_position,
    rules,
    case when len(rules) > 0 then to_json(struct_pack("BookingNo", "JacketNo", "BookDt", "ReleaseDt", "ReleaseCd", "LastNm", "FirstNm", "MidNm",
        "SuffixNm", "DOB", "SexCd", "RaceCd", "EthCd", "Ssn4", "StateId", "Phone", "StreetAddr", "City", "St", "Zip", "ArrAgency",
        "FacilityCd", "BookTypeCd", "BjmhsResult", "BjmhsDt", "HomelessFl", "LastUpdDt")) end as raw_row,
    "BookingNo" as source_record_id, "JacketNo" as source_person_id, source_updated_at,
    "FirstNm" as first_name, "MidNm" as middle_name, "LastNm" as last_name, "SuffixNm" as name_suffix,
    case when born not in (date '1900-01-01', date '1901-01-01') then born end as birth_date,
    case when "DOB" is null then 'missing' when born in (date '1900-01-01', date '1901-01-01') then 'placeholder' else 'full' end as birth_date_quality,
    year(born) as birth_year, month(born) as birth_month, sex, "Phone" as phone, "StreetAddr" as street_address, "City" as city, "St" as state,
    case when zip not in ('', '00000', '99999') then zip end as zip, case when ssn4 not in ('', '0000') then ssn4 end as ssn4,
    "StateId" as state_id, case when race is not null then [race] end as race, ethnicity, concat_ws('/', "RaceCd", "EthCd") as race_raw,
    booked_at, released_at, release_type, "FacilityCd" as facility, "ArrAgency" as arresting_agency, booking_type, bjmhs_positive, bjmhs_at,
    homeless
from judged
