-- How many subjects of each system could be compared under one set of terms and not under the other, and why?
select
    coalesce(was.system, will.system) as system,
    coalesce(was.reason, 'no_clause') as reason_before,
    coalesce(will.reason, 'no_clause') as reason_after,
    count(*) filter (coalesce(will.permitted, false) and not coalesce(was.permitted, false)) as gained,
    count(*) filter (coalesce(was.permitted, false) and not coalesce(will.permitted, false)) as lost
from main.link_before as was
full join main.link_after as will on was.subject_id = will.subject_id
where coalesce(was.permitted, false) <> coalesce(will.permitted, false)
group by all
order by all
