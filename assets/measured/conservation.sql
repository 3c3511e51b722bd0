-- Is every linked contact that began before tonight in the integrator's timeline?
-- By record alone: who may not be linked stands in another domain there (see seat.sql).
select
    count(*) as contacts,
    count(*) filter (where timeline.record_id is null) as missing
from (select distinct record_id from linked.contact where start_at < $as_of) as contact
left join (select distinct record_id from measured.person_timeline) as timeline using (record_id)
