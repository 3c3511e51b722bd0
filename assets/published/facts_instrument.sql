-- Which instruments are there, do they hold tonight, and for how long?
select
    instrument.instrument_id,
    instrument.kind,
    instrument.title,
    instrument.standing,
    instrument.effective_from,
    instrument.expires_on,
    date_diff('day', $night::date, instrument.expires_on) as days_left,
    instrument.min_cell,
    instrument.counsel_review,
    (
        select count(distinct clause_id)
        from consented.clause as clause
        where clause.instrument_id = instrument.instrument_id
    ) as clauses_in_force,
    (
        select count(distinct clause_id)
        from consented.clause_out_of_force as clause
        where clause.instrument_id = instrument.instrument_id
    ) as clauses_out_of_force
from consented.instrument as instrument
