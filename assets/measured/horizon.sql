-- Through which moment are the records of each system complete?
-- The last complete day of the least complete source, never after the as-of moment. Unknown is said, not guessed.
with named as (
    select system::varchar as system, source::varchar as source from scope.contact_source
    union
    select system, source from scope.source_total where system is not null group by all
),
through as (
    select source, min(complete_through) as complete_through
    from scope.source_total
    group by source
)
select
    named.system,
    bool_and(through.complete_through is not null) as is_known,
    least($as_of::timestamp, min(through.complete_through)::timestamp) as complete_through
from named
left join through using (source)
group by named.system
order by named.system
