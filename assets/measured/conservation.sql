-- Is every linked contact that began before tonight in the integrator's timeline?
select
    count(*) as contacts,
    count(*) filter (where timeline.record_id is null) as missing
from (select distinct domain, record_id from linked.contact where start_at < $as_of) as contact
left join (select distinct domain, record_id from measured.person_timeline) as timeline using (domain, record_id)
