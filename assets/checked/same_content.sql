-- How many records stand under a new key tonight, and how many of them say what a known record says that is not in this delivery?
with fresh as (
    select new.record_id, new.started, new.content
    from temp.content_new as new
    where not exists (select 1 from temp.held as held where held.record_id = new.record_id)
),
known as (
    select held.record_id, held.content
    from temp.content_held as held
    where held.started in (select started from fresh)
      and not exists (select 1 from temp.keyed as keyed where keyed.record_id = held.record_id)
),
-- Content that several records share tells none of them from the others.
single_fresh as (select content from fresh group by content having count(distinct record_id) = 1),
single_known as (select content from known group by content having count(distinct record_id) = 1)
select
    (select count(distinct record_id) from fresh) as new,
    (select count(*) from single_fresh join single_known on single_known.content = single_fresh.content) as again
