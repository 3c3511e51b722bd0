-- Which instruments hold tonight, which end soon, and which has counsel never read?
select
    instrument_id,
    kind,
    title,
    standing,
    effective_from,
    expires_on,
    days_left,
    case
        when days_left <= 0 then 'ended'
        when days_left <= 30 then 'within 30 days'
        when days_left <= 60 then 'within 60 days'
        when days_left <= 90 then 'within 90 days'
        else 'later'
    end as ends,
    clauses_in_force,
    clauses_out_of_force,
    min_cell,
    counsel_review
from facts.instrument
