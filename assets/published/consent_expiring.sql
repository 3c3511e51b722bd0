-- Which consents in force lapse within so many days, by form, and how many have a successor already?
select
    ending.form_id,
    ending.form_version,
    ending.kind,
    count(*) as consents,
    count(distinct ending.subject_id) as people,
    count(distinct ending.subject_id) filter (later.subject_id is not null) as people_renewed,
    min(ending.valid_to) as first_end,
    max(ending.valid_to) as last_end
from consented.consent as ending
left join consented.consent as later
    on later.subject_id = ending.subject_id
    and later.kind = ending.kind
    and later.valid_to > $until
where ending.valid_to <= $until
group by all
order by first_end, form_id, form_version
