"""The county's definitions as tables that questions can join: what the text says, settled for one as-of moment.

Belongs here: turning definitions into rows of the scratch database ``scope``. Does not belong here: any question, any person.
The tables: ``event_filter``, ``criterion``, ``plain_count``, ``definition``, ``unit_cost``,
``decision_point``, ``race_step``. Their names are not names of scope tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

from assets.measured.scope import SCOPE
from contracts.definition_parts import Criterion, EventFilter, Unit, Window
from contracts.definitions import Definitions, FrequentUtilizerDefinition
from resources.sql import Connection

CONNECTION: Final = "connection"
"""Filter of the services that count as connected after release."""

ASSESSMENT: Final = "assessment"
"""Filter of the contacts that count as a clinical assessment."""

EVENT_FILTER: Final = {
    "filter_id": "VARCHAR",
    "system": "VARCHAR",
    "record_types": "VARCHAR[]",
    "event_types": "VARCHAR[]",
    "dispositions": "VARCHAR[]",
    "regions": "VARCHAR[]",
    "intercepts": "INTEGER[]",
    "is_behavioral_health": "BOOLEAN",
    "is_matched": "BOOLEAN",
}
CRITERION: Final = {
    "criterion_code": "INTEGER",
    "count_code": "INTEGER",
    "definition_id": "VARCHAR",
    "criterion_no": "INTEGER",
    "criterion_name": "VARCHAR",
    "filter_id": "VARCHAR",
    "system": "VARCHAR",
    "unit": "VARCHAR",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "minimum": "DOUBLE",
    "percentile": "DOUBLE",
    "rank": "BIGINT",
    "among": "VARCHAR",
}
PLAIN_COUNT: Final = {
    "criterion_code": "INTEGER",
    "count_code": "INTEGER",
    "rule_id": "VARCHAR",
    "criterion_no": "INTEGER",
    "filter_id": "VARCHAR",
    "unit": "VARCHAR",
    "minimum": "DOUBLE",
    "months_back": "INTEGER",
    "tonight_start": "TIMESTAMP",
    "tonight_end": "TIMESTAMP",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "shared_start": "TIMESTAMP",
    "shared_end": "TIMESTAMP",
}
DEFINITION: Final = {
    "definition_code": "INTEGER",
    "definition_id": "VARCHAR",
    "rule_id": "VARCHAR",
    "months_back": "INTEGER",
    "name": "VARCHAR",
    "version": "INTEGER",
    "source": "VARCHAR",
    "needed": "INTEGER",
    "is_filtered": "BOOLEAN",
    "list_size": "BIGINT",
    "smi": "BOOLEAN",
    "homeless": "BOOLEAN",
    "resident": "BOOLEAN",
    "min_age": "INTEGER",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "reaches_before_records": "BOOLEAN",
}
UNIT_COST: Final = {"system": "VARCHAR", "record_type": "VARCHAR", "per": "VARCHAR", "amount": "DOUBLE"}
DECISION_POINT: Final = {"point_no": "INTEGER", "point_id": "VARCHAR"}
RACE_STEP: Final = {"position": "INTEGER", "method": "VARCHAR", "take": "VARCHAR"}


def create_from(con: Connection, table: str, columns: Mapping[str, str], values: Iterable[Mapping[str, Any]]) -> None:
    """Create ``table`` (a name of this repository) with typed ``columns`` and a few rows that Python made."""
    typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    con.execute(f"create or replace table {table} ({typed})")
    append(con, table, columns, values)


def append(con: Connection, table: str, columns: Mapping[str, str], values: Iterable[Mapping[str, Any]]) -> None:
    """Append a few rows that Python made; values absent from a row are NULL."""
    payload = json.dumps([{name: row.get(name) for name in columns} for row in values], default=_plain)
    selected = ", ".join(f'"row"."{name}"' for name in columns)
    shape = json.dumps([dict(columns)]).replace("'", "''")
    con.execute(
        f"insert into {table} by name select {selected} from (select unnest(from_json($payload::json, '{shape}')) as \"row\")",
        {"payload": payload},
    ).fetchall()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    raise TypeError(f"a row made in Python may not hold {type(value).__name__}")


def criterion_filter_id(definition: FrequentUtilizerDefinition, number: int) -> str:
    """Name of the filter of one criterion."""
    return f"criterion:{definition.id}:{number}"


def point_filter_id(point_id: str) -> str:
    """Name of a decision point's own filter."""
    return f"point:{point_id}"


def follow_filter_id(point_id: str) -> str:
    """Name of the filter of the contacts that follow a decision point's events."""
    return f"follow:{point_id}"


def settle(con: Connection, definitions: Definitions, as_of: datetime) -> None:
    """Write the definitions into ``scope`` as they stand at ``as_of``."""
    create_from(con, f"{SCOPE}.event_filter", EVENT_FILTER, list(_filters(definitions)))
    criteria = list(_coded(_criteria(definitions, as_of)))
    create_from(con, f"{SCOPE}.criterion", CRITERION, criteria)
    create_from(con, f"{SCOPE}.plain_count", PLAIN_COUNT, list(_plain_counts(definitions, as_of, criteria)))
    coded = ({"definition_code": code, **line} for code, line in enumerate(_definitions(definitions, as_of)))
    create_from(con, f"{SCOPE}.definition", DEFINITION, coded)
    points = ({"point_no": number, "point_id": point.id} for number, point in enumerate(definitions.decision_points.points))
    create_from(con, f"{SCOPE}.decision_point", DECISION_POINT, points)
    costs = [cost.model_dump() for cost in definitions.timeline.unit_costs]
    create_from(con, f"{SCOPE}.unit_cost", UNIT_COST, costs)
    steps = enumerate(definitions.race.prefer, start=1)
    create_from(con, f"{SCOPE}.race_step", RACE_STEP, [{"position": n, "method": step.method, "take": step.take} for n, step in steps])


Named = tuple[str, str, EventFilter]
"""(name of a filter, system, what it asks)."""


def _matched(definitions: Definitions) -> Iterator[Named]:
    """Filters whose contacts are looked up; those that a question names come first, each for itself."""
    rules = definitions.stepping_up
    yield CONNECTION, rules.connection.system, rules.connection.filter
    if rules.assessment is not None:
        yield ASSESSMENT, rules.assessment.system, rules.assessment.filter
    for definition in definitions.frequent_utilizers.every():
        for number, criterion in enumerate(definition.criteria, start=1):
            yield criterion_filter_id(definition, number), criterion.system, criterion.filter
    for point in definitions.decision_points.points:
        follow = point.numerator.followed_by
        if follow is not None:
            yield follow_filter_id(point.id), follow.system, follow.filter


def filters_alike(definitions: Definitions) -> dict[str, str]:
    """Name of every filter whose contacts are looked up -> name under which they are: of filters that ask the same, the first."""
    first: dict[tuple[str, EventFilter], str] = {}
    return {
        name: name if name == ASSESSMENT else first.setdefault((system, wanted), name) for name, system, wanted in _matched(definitions)
    }


def _filters(definitions: Definitions) -> Iterator[Mapping[str, Any]]:
    alike = filters_alike(definitions)
    yield from (_filter(named, is_matched=True) for named in _matched(definitions) if alike[named[0]] == named[0])
    for point in definitions.decision_points.points:
        yield _filter((point_filter_id(point.id), point.numerator.system, point.numerator.filter), is_matched=False)


def _filter(named: Named, *, is_matched: bool) -> Mapping[str, Any]:
    filter_id, system, wanted = named
    return {
        "filter_id": filter_id,
        "system": system,
        "record_types": wanted.record_type,
        "event_types": wanted.event_type,
        "dispositions": wanted.disposition,
        "regions": wanted.region,
        "intercepts": wanted.intercept,
        "is_behavioral_health": wanted.is_behavioral_health,
        "is_matched": is_matched,
    }


def moments(definitions: Definitions, as_of: datetime, months: int) -> list[tuple[int, datetime]]:
    """The as-of moment and the same day of earlier months, as far back as records of every system reach: (months back, moment)."""
    begins = [begin for system in definitions.timeline.records_begin if (begin := records_begin(definitions, system)) is not None]
    earliest = max(begins, default=datetime.min)
    back = [(number, Window(months=number).start(as_of)) for number in range(1, months + 1)]
    return [(0, as_of), *((number, moment) for number, moment in back if moment > earliest)]


def dated_id(rule_id: str, months_back: int) -> str:
    """Name of a definition as it stood some months ago; tonight it has its own name."""
    return rule_id if months_back == 0 else f"{rule_id} {months_back} months back"


def _criteria(definitions: Definitions, as_of: datetime) -> Iterable[Mapping[str, Any]]:
    frequent = definitions.frequent_utilizers
    alike = filters_alike(definitions)
    for months_back, moment in moments(definitions, as_of, frequent.months):
        for definition in frequent.every():
            for number, criterion in enumerate(definition.criteria, start=1):
                if months_back and is_plain_count(criterion):
                    continue  # asked of all months together: month_met.sql
                yield {
                    "definition_id": dated_id(definition.id, months_back),
                    "criterion_no": number,
                    "criterion_name": criterion.name,
                    "filter_id": alike[criterion_filter_id(definition, number)],
                    "system": criterion.system,
                    "unit": criterion.unit,
                    "window_start": criterion.window.start(moment),
                    "window_end": moment,
                    "minimum": criterion.min,
                    "percentile": criterion.percentile,
                    "rank": criterion.rank,
                    "among": criterion.among,
                }


def _coded(criteria: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Number criteria; those that count the same in the same window have one ``count_code``."""
    counts: dict[tuple[Any, ...], int] = {}
    for code, line in enumerate(criteria):
        same = tuple(line[name] for name in ("filter_id", "unit", "window_start", "window_end"))
        yield {"criterion_code": code, "count_code": counts.setdefault(same, len(counts)), **line}


def is_plain_count(criterion: Criterion) -> bool:
    """Whether a criterion is a least number of contacts or days: then what months share is counted once for all of them."""
    return criterion.min is not None and criterion.unit in (Unit.EVENT, Unit.DISTINCT_DAY)


def _plain_counts(definitions: Definitions, as_of: datetime, criteria: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Every earlier month of every least-number criterion; the first of those that count the same tonight bears their ``count_code``."""
    tonight = {(line["definition_id"], line["criterion_no"]): line["count_code"] for line in criteria}
    told: set[int] = set()
    frequent = definitions.frequent_utilizers
    alike = filters_alike(definitions)
    months = moments(definitions, as_of, frequent.months)[1:]
    asked = [
        (definition, number, criterion)
        for definition in frequent.every()
        for number, criterion in enumerate(definition.criteria, start=1)
        if is_plain_count(criterion)
    ]
    for code, (definition, number, criterion) in enumerate(asked if months else ()):
        windows = [(criterion.window.start(moment), moment) for _, moment in months]
        count_code = tonight[definition.id, number]
        is_first = count_code not in told
        told.add(count_code)
        for (months_back, _), (start, end) in zip(months, windows, strict=True):
            yield {
                "criterion_code": code,
                "count_code": count_code if is_first else None,
                "tonight_start": criterion.window.start(as_of),
                "tonight_end": as_of,
                "rule_id": definition.id,
                "criterion_no": number,
                "filter_id": alike[criterion_filter_id(definition, number)],
                "unit": criterion.unit,
                "minimum": criterion.min,
                "months_back": months_back,
                "window_start": start,
                "window_end": end,
                "shared_start": max(begin for begin, _ in windows),
                "shared_end": min(finish for _, finish in windows),
            }


def _definitions(definitions: Definitions, as_of: datetime) -> Iterable[Mapping[str, Any]]:
    frequent = definitions.frequent_utilizers
    for months_back, moment in moments(definitions, as_of, frequent.months):
        for definition in frequent.every():
            yield {
                "definition_id": dated_id(definition.id, months_back),
                "rule_id": definition.id,
                "months_back": months_back,
                "name": definition.name,
                "version": definition.version,
                "source": definition.source,
                "needed": definition.needed,
                "is_filtered": any(value is not None for value in definition.person.model_dump().values()),
                "list_size": definition.list_size,
                **definition.person.model_dump(),
                "window_start": min(criterion.window.start(moment) for criterion in definition.criteria),
                "window_end": moment,
                "reaches_before_records": any(
                    (begin := records_begin(definitions, criterion.system)) is not None and criterion.window.start(moment) < begin
                    for criterion in definition.criteria
                ),
            }


def records_begin(definitions: Definitions, system: str) -> datetime | None:
    """First moment from which the records of ``system`` are complete, as the county says; None where it says nothing."""
    day = definitions.timeline.records_begin.get(system)
    return None if day is None else datetime.combine(day, time.min)


def months_and_days(window: Window) -> tuple[int, int]:
    """A window as the months and days that SQL subtracts from a moment of its own."""
    return (window.months or 0) + 12 * (window.years or 0), window.days or 0


def words(values: Sequence[str] | None) -> list[str] | None:
    """A list parameter, plain text and not enum members."""
    return None if values is None else [str(value) for value in values]
