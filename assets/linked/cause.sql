-- Why did subjects come into this domain tonight, or leave it: new or newly permitted, deleted or newly denied?
-- Somebody who was known before without a permission was a person alone in its system.
with came as (
    select delta.subject_id
    from temp.linked_delta as delta
    anti join linked.standardised as known
        on known.subject_id = delta.subject_id and known.domain = $domain and known.known_to is null
),
alone as (
    select subject_id from registers.main.membership where ends_with(domain, '_alone') and known_to is null
),
caused as (
    select case when came.subject_id in (select subject_id from alone) then 'newly_permitted' else 'new' end as cause from came
    union all
    select case when subject.subject_id is null then 'deleted' else 'newly_denied' end
    from temp.linked_removed as removed
    left join checked.subject as subject on subject.subject_id = removed.subject_id
)
select cause, count(*) as subjects
from caused
group by cause
order by cause
