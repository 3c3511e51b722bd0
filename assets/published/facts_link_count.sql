-- How many subjects of each system are linked to another, stand alone, or may not be linked?
select membership.domain, membership.system, membership.link_state, count(distinct membership.subject_id) as people
from linked.membership as membership
join temp.audit_subject as counted on counted.subject_id = membership.subject_id
group by all
