-- What does each kind of evidence say of serious mental illness at each booking, within each race group and over all?
-- One row a counted booking, kind of evidence and group; ALL stands for every booking whatever the evidence, or every group.
select
    booking.*,
    evidence.kind as evidence,
    evidence.status as smi_status,
    grouped.race_group
from scope.booking
join scope.person using (domain, person_key)
cross join unnest([
    {'kind': 'ALL', 'status': 'ALL'},
    {'kind': 'bjmhs', 'status': booking.bjmhs},
    {'kind': 'smi_dx_proxy', 'status': booking.smi_dx_proxy},
    {'kind': 'either', 'status': booking.either}
]) as listed (evidence)
cross join unnest([person.race_group, 'ALL']) as grouped (race_group)
where booking.is_counted
