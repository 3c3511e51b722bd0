-- Of how many people, and by which reason, is an element permitted under one set of terms and denied under the other?
-- People are subjects of one system: two subjects of one person count twice, because each answers to its own agency.
with compared as (
    select
        coalesce(was.system, will.system) as system,
        coalesce(was.element, will.element) as element,
        coalesce(was.subject_id, will.subject_id) as subject_id,
        coalesce(was.verdict = 'permit', false) as was_permitted,
        coalesce(will.verdict = 'permit', false) as is_permitted,
        coalesce(was.reason, 'no_clause') as reason_before,
        coalesce(will.reason, 'no_clause') as reason_after
    from main.decision_before as was
    full join main.decision_after as will
        on was.subject_id is not distinct from will.subject_id
        and was.system = will.system
        and was.element = will.element
        and was.labels = will.labels
        and was.ordered_booking is not distinct from will.ordered_booking
)
select
    system,
    element,
    reason_before,
    reason_after,
    count(distinct subject_id) filter (is_permitted and not was_permitted) as gained,
    count(distinct subject_id) filter (was_permitted and not is_permitted) as lost
from compared
where was_permitted <> is_permitted
group by all
order by all
