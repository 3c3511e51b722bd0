-- Which records and people are erased tonight: by orders that deliveries still tell of, and by those entered in the register before?
with known as (
    select record_id, subject_id, reason, from_night from consented.erased_record
    union all
    select id as record_id, case when kind = 'subject' then id end as subject_id, reason, from_night from registers.main.erasure
)
select
    record_id,
    min(subject_id) as subject_id,
    min(reason) as reason,
    min(from_night) as from_night
from known
group by record_id
