"""What is asked of a database: which columns a table has, and one SELECT over those the county's text reads.

Belongs here: statements, for every dialect the same ones, and the bounds of a watermark. Does not belong here: sessions and reading.
tests/spec/database_statements.md shows what each dialect makes of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnClause, Connection, Select, func, inspect, or_, select, table
from sqlalchemy import column as sql_column
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import Date, DateTime, NullType, Numeric, String, TypeEngine

from contracts.source_feeds import Feed, Watermark
from contracts.vocabularies.prohibited import is_prohibited
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import FileFaultError, refuse_drift
from resources.source_systems.database_text import server_text
from resources.source_systems.drift import Drift, DriftPolicy, drift_of, normal, veiled

SORTED_LETTERS = ("Y", "m", "d", "H", "M", "S", "f")
"""strptime letters from the greatest to the least; text written in this order sorts as time does."""


@dataclass(frozen=True)
class Found:
    """A table as the database describes it, as far as the text reads it.

    Attributes:
        name: its name there.
        schema: its schema, None for the default one.
        columns: name in the text to (name there, type).
        strange: hashes of columns that the text does not know.
        drift: what changed.
    """

    name: str
    schema: str | None
    columns: Mapping[str, tuple[str, TypeEngine[Any]]]
    strange: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A value of a watermark column, in the county's own writing, never in a log.

    ``kind`` is time, day, number, or text (a time written as text; ``written`` is its strptime format).
    """

    kind: str
    value: str
    written: str = ""

    def as_json(self) -> str:
        """For the register."""
        return json.dumps({"kind": self.kind, "value": self.value, "written": self.written}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Mark:
        """From the register."""
        said = json.loads(text)
        return cls(said["kind"], said["value"], said["written"])


def find_table(connection: Connection, said: Feed, policy: DriftPolicy) -> Found:
    """Look a feed's table up. What the text does not use is never fetched.

    Raises:
        FileFaultError: if the table is not there, or its columns changed in a way that blocks.
    """
    schema, _, name = (said.origin.table or "").rpartition(".")
    try:
        described = inspect(connection).get_columns(name, schema=schema or None)
    except NoSuchTableError:
        described = []
    if not described:
        raise FileFaultError(Fault(Rule.TABLE_MISSING, "the table is not there, or this user may not see it"))
    return matched(name, schema or None, [(str(item["name"]), item["type"]) for item in described], said, policy)


def matched(name: str, schema: str | None, described: Sequence[tuple[str, TypeEngine[Any]]], said: Feed, policy: DriftPolicy) -> Found:
    """Match a table's columns with the text, by name.

    Raises:
        FileFaultError: if they changed in a way that blocks.
    """
    theirs: dict[str, tuple[int, str, TypeEngine[Any]]] = {}
    for place, (their_name, kind) in enumerate(described, start=1):
        if normal(their_name) in theirs:
            raise FileFaultError(Fault(Rule.DUPLICATE_HEADER, f"column {place} has the name of another"))
        theirs[normal(their_name)] = (place, their_name, kind)
    known = {normal(column) for column in said.vendor_columns}
    strange = {place: their_name for key, (place, their_name, _) in theirs.items() if key not in known and not is_prohibited(their_name)}
    watched = [said.origin.watermark.column] if said.origin.watermark else []
    missing = [ours for ours in dict.fromkeys((*said.used_columns, *watched)) if normal(ours) not in theirs]
    drift = drift_of(policy, missing=missing, strange=strange, shapes={})
    refuse_drift(drift)
    columns = {ours: theirs[normal(ours)][1:] for ours in said.used_columns if normal(ours) in theirs and not is_prohibited(ours)}
    return Found(name, schema, columns, tuple(sorted(veiled(normal(name)) for name in strange.values())), drift)


def _from(found: Found) -> Any:
    return table(found.name, schema=found.schema)


def _watched(found: Found, watermark: Watermark) -> ColumnClause[Any]:
    for ours, (their_name, kind) in found.columns.items():
        if normal(ours) == normal(watermark.column):
            return sql_column(their_name, String() if isinstance(kind, NullType) else kind)
    raise FileFaultError(Fault(Rule.MISSING_COLUMN, f"the watermark [{watermark.column}] must be a column that the feed reads"))


def rows_statement(
    found: Found, *, backend: str, watermark: Watermark | None = None, since: Mark | None = None, limit: int | None = None
) -> Select[Any]:
    """Rows of a table: the columns of the text; with a watermark only those from ``since`` on and those without one.

    Args:
        found: the table.
        backend: SQLAlchemy's name of the kind of database.
        watermark: what the text says about reading by changes.
        since: where the last delivery ended; None: everything.
        limit: at most so many rows.
    """
    wanted = [server_text(sql_column(name, kind), kind, backend=backend).label(ours) for ours, (name, kind) in found.columns.items()]
    asked = select(*wanted).select_from(_from(found))
    if watermark and since:
        watched = _watched(found, watermark)
        asked = asked.where(or_(watched >= low_bound(since, watermark), watched.is_(None)))
    return asked.limit(limit) if limit is not None else asked


def highest_statement(found: Found, watermark: Watermark, *, until: Any) -> Select[Any]:
    """The greatest value of a watermark column that is not after ``until``: a slip into the future must not hide what comes before it."""
    watched = _watched(found, watermark)
    asked = select(func.max(watched)).select_from(_from(found))
    return asked if until is None else asked.where(watched <= until)


def latest(found: Found, watermark: Watermark, *, night: date, formats: Sequence[str]) -> tuple[Any, str]:
    """The last moment a watermark may stand for (the end of the night), as the column's type wants it; and the format of text."""
    kind = _watched(found, watermark).type
    end = datetime.combine(night, time.min) + timedelta(days=1)
    if isinstance(kind, DateTime):
        return end, ""
    if isinstance(kind, Date):
        return night, ""
    if isinstance(kind, Numeric) or kind.python_type is int:
        return None, ""
    written = next((pattern for pattern in formats if is_sorted(pattern)), None)
    if written is None:
        detail = f"the watermark [{watermark.column}] is text whose order is not that of time; use a column of a time, or full snapshots"
        raise FileFaultError(Fault(Rule.WATERMARK_UNSORTED, detail))
    return end.strftime(written), written


def is_sorted(pattern: str) -> bool:
    """Whether text written in a strptime format sorts as time does: the greatest part first, every part of one width."""
    letters = [pattern[index + 1] for index in range(len(pattern) - 1) if pattern[index] == "%"]
    return bool(letters) and letters == list(SORTED_LETTERS[: len(letters)])


def mark_of(value: Any, written: str) -> Mark | None:
    """A watermark's greatest value, for the register; None if there was none."""
    match value:
        case None:
            return None
        case datetime():
            return Mark("time", value.replace(tzinfo=None).isoformat())
        case date():
            return Mark("day", value.isoformat())
        case int() | Decimal() | float():
            return Mark("number", str(int(value)))
        case _:
            return Mark("text", str(value), written)


def low_bound(mark: Mark, watermark: Watermark) -> Any:
    """From where on rows are read again: the mark less the overlap, as the column's type wants it."""
    back = timedelta(hours=watermark.overlap_hours)
    match mark.kind:
        case "time":
            return datetime.fromisoformat(mark.value) - back
        case "day":
            return (datetime.fromisoformat(mark.value) - back).date()
        case "number":
            return int(mark.value) - watermark.overlap_steps
        case _:
            try:
                return (datetime.strptime(mark.value, mark.written) - back).strftime(mark.written)
            except ValueError:
                return ""  # not written as the text says: everything is read again, and each row is judged by itself
