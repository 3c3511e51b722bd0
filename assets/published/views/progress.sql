-- Is each of the county's targets on its way, and what has changed since the year before?
-- Change, not effect: many things change at once. An empty figure is withheld or not given, never nought.
select
    target.target,
    target.target_name,
    target.baseline,
    target.current,
    target.goal,
    target.expected_now,
    target.due,
    target.standing,
    year.value_before as year_before,
    year.change_percent as change_percent_on_year_before,
    target.reason
from target_status as target
left join yearly_reassessment as year
    on year.measure = target.measure and year.part = target.part and year.domain = target.domain and year.who = 'positive'
order by target.target
