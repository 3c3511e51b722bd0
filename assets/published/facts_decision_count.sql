-- How many people were decided for one product, record type by record type, with which reason?
select
    $product::varchar as product,
    $operation::varchar as operation,
    split_part(decision.element, '.', 1) as record_type,
    grouped.reason,
    count(distinct decision.subject_id) as people
from temp.audit_decision as decision
join temp.audit_subject as counted on counted.subject_id = decision.subject_id
cross join unnest([decision.reason, 'ALL']) as grouped (reason)
where ends_with(decision.element, '.__present__')
  and split_part(decision.element, '.', 1) not in (select source from linked.source_total)
group by all
