-- What share of each source's subjects has no race known tonight, and how does each source's mix compare with its own before tonight?
with stated as (
    select
        source,
        subject_id,
        max(case when len(races) > 0 or hispanic then 1 else 0 end) as is_known,
        max(case when asserted_on < $night then 1 else 0 end) as is_earlier
    from checked.race_assertion
    group by source, subject_id
)
select
    source,
    count(*) as subjects,
    1 - avg(is_known) as unknown_share,
    (1 - avg(is_known)) - (1 - avg(is_known) filter (where is_earlier = 1)) as unknown_change
from stated
group by source
order by source
