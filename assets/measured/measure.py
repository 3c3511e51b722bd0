"""The measures of one scope at one moment.

Belongs here: the order of the questions and what is reported of them. Does not belong here: any question, any statistic.

How a question builds on another: a finished table is written to the target schema and shown as ``scope.<name>``; what only later
questions need is a table or view of the scratch database ``scope`` itself. So every .sql file of this stage reads ``scope.*`` alone:

====================================  =================================================================================
table or view of ``scope``            made by
====================================  =================================================================================
event_filter, criterion, definition,  settled.py, from the county's definitions
race_step
booking                               booking.sql: bookings as known at the moment, which count, evidence, next booking
person_timeline (finished)            person_timeline.sql
matched_contact (view)                matched_contact.sql: contacts each filter selects
person_race (finished), person,       person_race.sql, person.sql, system_seen.sql
system_seen
definition_domain, definition_person  which definitions can be answered, and whom they can find
(view), criterion_value,
criterion_cut
decision_event, point_event,          decision_points.py
withheld_people
booking_evidence,                     stepping_up.py
release_outcome, stepping_up_draft,
evidence_reason
====================================  =================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from assets.measured.decision_points import write_racial_disparity
from assets.measured.run import PACKAGE, Run, held_by, systems_seen
from assets.measured.scope import SCOPE, ScopeFault, is_open
from assets.measured.settled import months_and_days, settle
from assets.measured.stepping_up import JAIL, write_stepping_up
from contracts.benchmarks import population_bases, read_population
from contracts.definitions import Definitions
from resources.sql import Connection, load_sql, rows

MEASURED_TABLES: Final = (
    "person_timeline",
    "person_race",
    "frequent_utilizers",
    "frequent_utilizer_summary",
    "racial_disparity",
    "stepping_up",
    "reconciliation",
    "intercept_flow",
)
"""Tables that :func:`measure` writes to its target schema, in the order it writes them."""


@dataclass(frozen=True)
class MeasureReport:
    """What one run of the measures wrote: counts only.

    ``reasons`` counts, by table, the rows whose figure is NULL and the reason they give.
    """

    as_of: datetime
    target_schema: str
    rows: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]


def measure(
    con: Connection,
    *,
    target_schema: str,
    definitions: Definitions,
    benchmarks: Path,
    as_of: datetime,
    scope: Literal["scope"] = SCOPE,
) -> MeasureReport:
    """Answer every measure for the scope that is open on ``con`` (see ``scope.open_scope``).

    Args:
        con: connection with an open scope, outside a transaction.
        target_schema: existing schema that receives ``MEASURED_TABLES``: ``measured``, or ``database.schema`` of an attached file.
        definitions: what the county means by its words.
        benchmarks: the population file (contracts/benchmarks.py).
        as_of: county-local moment; nothing at or after it is known.
        scope: name of the attached scratch database; the questions spell it, so there is only this one.

    Raises:
        ScopeFault: if no scope is open.
        TermsFaults: if the population file cannot be used.
    """
    if not is_open(con):
        raise ScopeFault(f"no scratch database [{scope}] is attached; call open_scope first")
    population = read_population(benchmarks)
    bases = population_bases(population, ages=definitions.decision_points.ages, year=as_of.year)
    settle(con, definitions, as_of)
    run = _begin(con, target_schema, definitions, as_of)
    _write_frequent_utilizers(run)
    write_racial_disparity(run, bases)
    write_stepping_up(run)
    period = definitions.stepping_up.period
    count_at_end = definitions.timeline.jail_count_taken == "end_of_day"
    run.publish("reconciliation", period_start=run.since(period, [JAIL]), count_at_end=count_at_end)
    flow_start = run.since(period, run.systems)
    run.publish("intercept_flow", period_start=flow_start, transition_days=definitions.timeline.transition_days)
    return MeasureReport(as_of, target_schema, dict(run.written), {name: _reasons(run, name) for name in _WITH_REASON})


_WITH_REASON: Final = ("frequent_utilizer_summary", "racial_disparity", "stepping_up", "reconciliation")


def _begin(con: Connection, target_schema: str, definitions: Definitions, as_of: datetime) -> Run:
    """Bookings, timeline, race and persons: what every measure builds on."""
    rules = definitions.stepping_up
    months, days = months_and_days(rules.smi.diagnosis_window)
    horizons = {
        system: complete_through
        for system, is_known, complete_through in rows(con, load_sql(PACKAGE, "horizon"), {"as_of": as_of})
        if is_known
    }
    run = Run(con, target_schema, definitions, as_of, held_by(con), horizons)
    run.keep(
        "booking",
        screened_within_hours=rules.smi.screened_within_hours,
        diagnosis_months=months,
        diagnosis_days=days,
        counted_types=list(rules.booking.types.counted),
        minimum_stay_hours=rules.booking.minimum_stay_hours,
    )
    run.publish("person_timeline", first_appearance_hours=definitions.timeline.first_appearance_hours)
    run.view("matched_contact")
    run.publish("person_race", rule=definitions.race.id, category_system=definitions.race.category_system)
    run.keep("person")
    run.keep("system_seen")
    return replace(run, seen=systems_seen(con))


def _write_frequent_utilizers(run: Run) -> None:
    run.keep(
        "definition_domain",
        smi_is_known=run.held.bjmhs_is_known or run.held.diagnosis_is_known,
        homeless_is_known=run.held.homeless_is_known,
        resident_is_known=run.held.residence_is_known,
        age_is_known=run.held.age_is_known,
    )
    run.view("definition_person")
    run.keep("criterion_value")
    run.keep("criterion_cut")
    run.publish("frequent_utilizers")
    run.publish("frequent_utilizer_summary")


def _reasons(run: Run, table: str) -> dict[str, int]:
    question = f"select reason, count(*) from {run.target}.{table} where reason is not null group by all order by all"
    return {reason: int(found) for reason, found in rows(run.con, question)}
