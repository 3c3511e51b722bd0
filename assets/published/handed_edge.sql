-- Which pairs of records that a product may both count stand tonight, and how surely are they one person?
-- Only for asking figures again under other links; a pair with a record that may not be counted is not there.
with shown as (
    select subject_id
    from temp.product_decision
    where subject_id is not null
      and list_contains($record_types, split_part(element, '.', 1))
      and ends_with(element, '.__present__')
    group by subject_id
    having bool_or(verdict = 'permit')
)
select
    edge.domain,
    edge.subject_a,
    edge.subject_b,
    edge.match_weight,
    edge.match_probability,
    edge.veto,
    edge.known_to
from linked.edge as edge
join shown as one on one.subject_id = edge.subject_a
join shown as other on other.subject_id = edge.subject_b
where edge.known_to is null and edge.veto is null
order by edge.domain, edge.subject_a, edge.subject_b
