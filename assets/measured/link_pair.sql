-- Which scored pairs stand tonight that nothing forbids, by the numbers of their subjects (link_subject.sql), in a fixed order?
select
    one.number as a,
    other.number as b,
    edge.match_weight,
    edge.match_probability,
    coalesce(one.link_state = 'weak_unattached', false) or coalesce(other.link_state = 'weak_unattached', false) as is_weak
from linked.edge as edge
join temp.link_subject as one on one.domain = edge.domain and one.subject_id = edge.subject_a
join temp.link_subject as other on other.domain = edge.domain and other.subject_id = edge.subject_b
where edge.known_to is null and edge.veto is null
order by a, b
