-- How complete is each source of which this product may hold anything?
-- How many of its subjects could be linked is the integrator's business.
select
    source,
    system,
    feed,
    record_type,
    rows_read,
    admitted_now,
    null::bigint as subjects,
    null::bigint as subjects_linked,
    null::bigint as subjects_withheld,
    complete_through
from linked.source_total as source_total
where source_total.system in (select system from temp.product_decision where verdict = 'permit')
