"""The measures of one scope at one moment.

Belongs here: the order of the questions and what is reported of them. Does not belong here: any question, any statistic.

How a question builds on another: a finished table is written to the target schema; what only later questions need is a table or view of
the scratch database ``scope``. So every .sql file of this stage reads ``scope.*`` alone:

====================================  =================================================================================
table or view of ``scope``            made by
====================================  =================================================================================
event_filter, criterion, definition,  settled.py, from the county's definitions
race_step
step, booking_known, person_known,    ground.py, whatever the moment: made once for a series of dates
matched_contact, booking_ready, …
booking                               booking.sql: bookings as known at the moment, which count, evidence, next booking
person_group, race_system_group       person_group.sql, race_system_group.sql: of people of whom something new is said (race_new)
person, system_seen                   person.sql, system_seen.sql
definition_domain, filtered_person,   which definitions can be answered, and whom they can find
definition_person (view)
plain_value, criterion_value,         what each person has, and what is enough
criterion_cut, month_met
point_rule, decision_event,           decision_points.py
point_event, withheld_people
counted_booking, stepping_up_draft,   stepping_up.py: bookings and the numbered cells they are counted in
evidence_reason
episode_contact, episode_known        contacts in episodes, whatever the moment; episodes as known at it
====================================  =================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from assets.measured.aggregate_points import write_aggregate_disparity
from assets.measured.decision_points import write_racial_disparity
from assets.measured.follow_up import write_follow_up
from assets.measured.frequent import write_comparisons, write_frequent_utilizers
from assets.measured.ground import EVER, Ground, lay, screen_rules
from assets.measured.progress import write_policy_changes, write_progress
from assets.measured.race_across import write_race_across, write_sensitivity
from assets.measured.run import BY_PERSON, PACKAGE, Run, qualified, systems_seen
from assets.measured.scope import SCOPE, ScopeFault, is_open
from assets.measured.screening import write_screening
from assets.measured.services import write_service_gaps
from assets.measured.settled import filters_alike, settle
from assets.measured.stepping_up import JAIL, write_stepping_up
from contracts.benchmarks import PopulationBase, PopulationRow, population_bases, read_population
from contracts.definitions import Definitions
from resources.sql import Connection, count, insert_into, load_sql, replace_table, rows


@dataclass(frozen=True)
class Inputs:
    """What the county's folder holds besides its definitions."""

    population: Sequence[PopulationRow]
    bases: Mapping[str, PopulationBase]
    services: Path | None


@dataclass(frozen=True)
class Part:
    """Tables that are written together, how, and the tables whose making leaves behind what this one reads."""

    tables: tuple[str, ...]
    write: Callable[[Run, Inputs], None]
    after: tuple[str, ...] = ()


@dataclass
class Standing:
    """What has been laid and found out on the scope that is open, for further windows of the same moment.

    ``person_timeline`` is a view on it, in use while the scope is open: every contact would be written to be counted once.
    """

    run: Run | None = None
    views: frozenset[str] = frozenset({"person_timeline"})


ALWAYS: Final = ("person_timeline", "person_race")
"""What every measure builds on."""

PARTS: Final = (
    Part(("frequent_utilizers", "frequent_utilizer_summary"), lambda run, _: write_frequent_utilizers(run)),
    Part(
        ("frequent_utilizer_overlap", "frequent_utilizer_stability", "frequent_utilizer_equity"),
        lambda run, _: write_comparisons(run),
        after=("frequent_utilizers",),
    ),
    Part(("racial_disparity",), lambda run, given: write_racial_disparity(run, given.bases)),
    Part(("person_race_view", "race_agreement", "race_missingness", "race_kappa"), lambda run, _: write_race_across(run)),
    Part(
        ("racial_disparity_sensitivity",),
        lambda run, given: write_sensitivity(run, given.bases),
        after=("racial_disparity", "person_race_view"),
    ),
    Part(("racial_disparity_aggregate",), lambda run, given: write_aggregate_disparity(run, given.population)),
    Part(("policy_change",), lambda run, given: write_policy_changes(run, given.bases), after=("racial_disparity",)),
    Part(("stepping_up",), lambda run, _: write_stepping_up(run)),
    Part(("screening_result", "screening_summary"), lambda run, _: write_screening(run), after=("stepping_up",)),
    Part(("follow_up_curve",), lambda run, _: write_follow_up(run), after=("stepping_up",)),
    Part(
        ("yearly_reassessment", "target_status", "six_questions"),
        lambda run, _: write_progress(run),
        after=("stepping_up", "screening_summary"),
    ),
    Part(("reconciliation",), lambda run, _: _write_reconciliation(run)),
    Part(("intercept_flow",), lambda run, _: _write_flows(run)),
    Part(("episode", "person_summary", "pathway"), lambda run, _: _write_episodes(run)),
    Part(("service_gap",), lambda run, given: write_service_gaps(run, given.services)),
)
"""In the order they are written."""

MEASURED_TABLES: Final = (*ALWAYS, *(table for part in PARTS for table in part.tables))
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
    services: Path | None = None,
    tables: Collection[str] | None = None,
    scope: Literal["scope"] = SCOPE,
    standing: Standing | None = None,
) -> MeasureReport:
    """Answer every measure for the scope that is open on ``con`` (see ``scope.open_scope``).

    Args:
        con: connection with an open scope, outside a transaction.
        target_schema: existing schema that receives ``MEASURED_TABLES``: ``measured``, or ``database.schema`` of an attached file.
        definitions: what the county means by its words.
        benchmarks: the population file (contracts/benchmarks.py).
        as_of: county-local moment; nothing at or after it is known.
        services: the county's services.csv; None: no capacity is known.
        tables: names of the tables that are wanted, of ``MEASURED_TABLES``; what is about groups and written beside them comes too.
            Default: all.
        scope: name of the attached scratch database; the questions spell it, so there is only this one.
        standing: keeps what does not hang on the periods of decision points and Stepping Up, so that the next call on the same open scope
            asks them for other periods without laying everything again. Nothing else of the definitions may differ.

    Raises:
        ScopeFault: if no scope is open, a wanted table is none of the measures, or ``standing`` is of another moment.
        TermsFaults: if the population or the services file cannot be used.
    """
    if not is_open(con):
        raise ScopeFault(f"no scratch database [{scope}] is attached; call open_scope first")
    chosen = parts_for(MEASURED_TABLES if tables is None else tables)
    population = read_population(benchmarks)
    bases = population_bases(population, ages=definitions.decision_points.ages, year=as_of.year)
    wanted = frozenset(MEASURED_TABLES if tables is None else tables)
    settle(con, definitions, as_of)
    run = _stand(con, target_schema, definitions, as_of, standing or Standing(views=frozenset()))
    _write(replace(run, by_person=wanted & BY_PERSON), chosen, Inputs(population, bases, services))
    reasons: dict[str, Mapping[str, int]] = {name: _reasons(run, name) for name in _WITH_REASON if name in run.written}
    return MeasureReport(as_of, target_schema, dict(run.written), reasons)


def _stand(con: Connection, target_schema: str, definitions: Definitions, as_of: datetime, standing: Standing) -> Run:
    if standing.run is None:
        standing.run = begin(con, target_schema, definitions, as_of, lay(con, definitions))
    elif standing.run.as_of != as_of:
        raise ScopeFault(f"the scope stands at {standing.run.as_of:%Y-%m-%d}; {as_of:%Y-%m-%d} needs a standing of its own")
    return replace(
        standing.run,
        target=target_schema,
        place=qualified(con, target_schema),
        definitions=definitions,
        as_views=standing.views,
        written={},
    )


def _write(run: Run, parts: Sequence[Part], given: Inputs) -> None:
    run.publish("person_timeline", first_appearance_hours=run.definitions.timeline.first_appearance_hours)
    run.publish("person_race", rule=run.definitions.race.id, category_system=run.definitions.race.category_system)
    for part in parts:
        part.write(run, given)


def measure_series(
    con: Connection,
    *,
    target_schema: str,
    definitions: Definitions,
    benchmarks: Path,
    as_ofs: Sequence[datetime],
    services: Path | None = None,
    done: Callable[[datetime], None] = lambda _: None,
) -> dict[str, int]:
    """Answer every measure at several moments of the scope that is open; returns rows by table.

    What is about groups is kept of every moment in ``<table>_by_date``, with a column ``as_of``; tables by person are those of the last
    moment. Each moment is answered as :func:`measure` would answer it alone, the oldest first; what does not hang on the moment is made
    once for all of them (ground.py). ``done`` is called after each.

    Raises:
        ScopeFault: if no scope is open or no moment is asked.
        TermsFaults: if the population or the services file cannot be used.
    """
    if not is_open(con):
        raise ScopeFault(f"no scratch database [{SCOPE}] is attached; call open_scope first")
    moments = sorted(set(as_ofs))
    if not moments:
        raise ScopeFault("no moment is asked; name at least one")
    population = read_population(benchmarks)
    grouped = [name for name in MEASURED_TABLES if name not in BY_PERSON]
    ground: Ground | None = None
    for number, as_of in enumerate(moments):
        settle(con, definitions, as_of)
        ground = ground or lay(con, definitions)
        run = begin(con, target_schema, definitions, as_of, ground, asked_before=moments[number - 1] if number else None)
        bases = population_bases(population, ages=definitions.decision_points.ages, year=as_of.year)
        by_person = BY_PERSON if as_of == moments[-1] else frozenset[str]()
        _write(replace(run, by_person=by_person), PARTS, Inputs(population, bases, services))
        for name in grouped:
            dated = f"select $as_of::timestamp as as_of, * from {target_schema}.{name}"
            if number == 0:
                replace_table(con, f"{target_schema}.{name}_by_date", dated, {"as_of": as_of})
            else:
                insert_into(con, f"{target_schema}.{name}_by_date", dated, {"as_of": as_of})
        done(as_of)
    return {name: count(con, f"{target_schema}.{name}") for name in MEASURED_TABLES}


def parts_for(tables: Collection[str]) -> tuple[Part, ...]:
    """The parts that write ``tables`` and whatever those build on, in order.

    Raises:
        ScopeFault: if a name is none of ``MEASURED_TABLES``.
    """
    if strange := sorted(set(tables) - set(MEASURED_TABLES)):
        raise ScopeFault(f"{strange} are not tables of the measures; there are: {', '.join(MEASURED_TABLES)}")
    wanted = set(tables)
    for part in reversed(PARTS):
        if wanted & set(part.tables):
            wanted |= set(part.after)
    return tuple(part for part in PARTS if wanted & set(part.tables))


_WITH_REASON: Final = (
    "frequent_utilizer_summary",
    "racial_disparity",
    "racial_disparity_aggregate",
    "policy_change",
    "stepping_up",
    "screening_summary",
    "target_status",
    "reconciliation",
    "service_gap",
)


def begin(
    con: Connection, target_schema: str, definitions: Definitions, as_of: datetime, ground: Ground, *, asked_before: datetime | None = None
) -> Run:
    """Bookings, race and persons as known at the moment: what every measure builds on; the ground is laid, the definitions settled."""
    horizons = {
        system: complete_through
        for system, is_known, complete_through in rows(con, load_sql(PACKAGE, "horizon"), {"as_of": as_of})
        if is_known
    }
    run = Run(
        con,
        target_schema,
        definitions,
        as_of,
        ground.held,
        horizons,
        asked_before,
        alike=filters_alike(definitions),
        spelled=ground.spelled,
    )
    run = replace(run, place=qualified(con, target_schema))
    screens = screen_rules(definitions)
    run.keep_as("booking_screened_late", "booking_screened", **screens, said_before=as_of, only_late=True)
    run.keep("booking", **screens)
    run.keep("race_new", said_from=asked_before)
    run.refresh("person_group")
    run.keep("person")
    run.keep("system_seen")
    return replace(run, seen=systems_seen(con))


def _write_reconciliation(run: Run) -> None:
    count_at_end = run.definitions.timeline.jail_count_taken == "end_of_day"
    run.publish("reconciliation", period_start=run.since(run.definitions.stepping_up.period, [JAIL]), count_at_end=count_at_end)


def _write_flows(run: Run) -> None:
    flow_start = run.since(run.definitions.stepping_up.period, run.systems)
    run.publish("intercept_flow", period_start=flow_start, transition_days=run.definitions.timeline.transition_days)


def _write_episodes(run: Run) -> None:
    period_start = run.since(run.definitions.stepping_up.period, run.systems)
    episode_days = run.definitions.timeline.episode_days
    run.keep("brief_person")
    # Once for all moments of the same ground; of the few who are held briefly, at this one.
    if run.asked_before is None:
        run.keep("way_step")
        run.keep("episode_contact", seen_until=EVER, episode_days=episode_days, only_brief=False)
    run.keep_as("episode_brief", "episode_contact", seen_until=run.as_of, episode_days=episode_days, only_brief=True)
    if run.by_person & {"episode", "person_summary"}:
        run.keep("episode_known")
    run.publish("episode")
    run.publish("person_summary")
    run.publish("pathway", period_start=period_start)


def _reasons(run: Run, table: str) -> dict[str, int]:
    question = f"select reason, count(*) from {run.target}.{table} where reason is not null group by all order by all"
    return {reason: int(found) for reason, found in rows(run.con, question)}
