-- What does each kind of evidence say of serious mental illness at each booking, over all, by race, and by what else the county asks?
-- One row a counted booking, kind of evidence and category; ALL stands for every booking whatever the evidence, or everybody. Breakdowns
-- other than race are shown by what any evidence says, so that the table stays readable.
with described as (
    select
        booking.*,
        person.race_group as race,
        coalesce(
            case
                when booking.age_at_event is not null
                    then list_extract(
                        $age_labels::varchar[],
                        (len(list_filter($age_bands::integer[], lambda band: band <= booking.age_at_event)) + 1)::integer
                    )
            end,
            'unknown'
        ) as age_band
    from scope.booking
    join scope.person using (domain, person_key)
    where booking.is_counted
)
select
    described.* exclude (race, age_band),
    evidence.kind as evidence,
    evidence.status as smi_status,
    evidence.kind in ('screen', 'evidence_early', 'landmark') as is_detail,
    split.breakdown,
    split.category,
    case split.breakdown when 'race_group' then split.category when 'ALL' then 'ALL' end as race_group
from described
cross join unnest([
    {'breakdown': 'ALL', 'category': 'ALL'},
    {'breakdown': 'race_group', 'category': described.race},
    {'breakdown': 'sex', 'category': coalesce(described.sex, 'unknown')},
    {'breakdown': 'age_band', 'category': described.age_band},
    {'breakdown': 'charge_level', 'category': coalesce(described.charge_level, 'unknown')},
    {'breakdown': 'arresting_agency', 'category': coalesce(described.arresting_agency, 'unknown')},
    {'breakdown': 'region', 'category': coalesce(described.region, 'unknown')},
    {'breakdown': 'facility', 'category': coalesce(described.facility, 'unknown')},
    {'breakdown': 'booking_type', 'category': coalesce(described.booking_type, 'unknown')}
]) as splits (split)
cross join unnest([
    {'kind': 'ALL', 'status': 'ALL'},
    {'kind': 'either', 'status': described.either},
    {'kind': 'bjmhs', 'status': described.bjmhs},
    {'kind': 'smi_dx_proxy', 'status': described.smi_dx_proxy},
    {'kind': 'screen', 'status': described.screen},
    {'kind': 'evidence_early', 'status': described.evidence_early},
    {'kind': 'landmark', 'status': described.landmark}
]) as listed (evidence)
where
    evidence.status is not null
    and list_contains($breakdowns::varchar[], split.breakdown)
    and (split.breakdown in ('ALL', 'race_group') or evidence.kind in ('ALL', 'either'))
