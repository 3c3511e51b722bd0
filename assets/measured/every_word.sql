-- Which words do the contacts and definitions of this scope use?
with spelled as (
    select system as word from scope.contact group by all
    union
    select source as word from scope.contact group by all
    union
    select record_type as word from scope.contact group by all
    union
    select unit as word from scope.contact group by all
    union
    select event_type as word from scope.contact group by all
    union
    select disposition as word from scope.contact group by all
    union
    select region as word from scope.contact group by all
    union
    select system as word from scope.race_assertion group by all
    union
    select filter_id as word from scope.event_filter
    union
    select unnest(['contact', 'stay', 'release']) as word
)
select word from spelled where word is not null order by word
