"""The warehouse as it was known on one night, without writing to it.

Belongs here: a connection of its own over the warehouse's checked and linked tables, each row dated away that was not known that night.
Does not belong here: deciding anything anew (assets/consented/replay.py), and any way to write to the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from resources.home import Home
from resources.sql import Connection, quoted, rows, scalar

KEPT = "kept"
"""Alias of the warehouse in the connection."""

_COLUMNS = (
    "select schema_name, table_name, column_name from duckdb_columns() join duckdb_tables() using (database_name, schema_name, table_name) "
    "where database_name = 'kept' and schema_name in ('checked', 'linked') order by schema_name, table_name, column_index"
)
_VIEWS = (
    "select sql from duckdb_views() where database_name = 'kept' and schema_name in ('checked', 'linked') "
    "and not internal order by schema_name, view_name"
)


class NotYetKnown(RuntimeError):
    """A night was asked about of which the warehouse knows nothing."""


@contextmanager
def as_known(home: Home, night: date) -> Iterator[Connection]:
    """A connection in memory with the schemas ``checked`` and ``linked`` as known on ``night``, and an empty ``consented``.

    A versioned table shows the rows known that night; a table with ``known_from`` or ``first_seen_on`` loses what came later. A table
    that keeps no history is shown as it is. The warehouse and the registers are attached read-only; what is created lies in memory.

    Args:
        home: where the warehouse lies.
        night: the night asked about.

    Raises:
        NotYetKnown: if there is no warehouse, or no night was run by then.
    """
    if not home.warehouse.exists():
        raise NotYetKnown(f"there is no warehouse in {home.root}; run a night first: throughcare run --night DATE")
    con = duckdb.connect()
    try:
        con.execute("set autoinstall_known_extensions=false")
        con.execute("set autoload_known_extensions=false")
        con.execute("set enable_progress_bar=false")
        con.execute(f"attach {quoted(home.warehouse)} as {KEPT} (read_only)")
        if home.registers.exists():
            con.execute(f"attach {quoted(home.registers)} as registers (read_only)")
        _show(con, night)
        yield con
    finally:
        con.close()


def newest_night(home: Home) -> date | None:
    """The newest night whose permissions the warehouse holds; None before the first."""
    if not home.warehouse.exists():
        return None
    con = duckdb.connect(str(home.warehouse), read_only=True)
    try:
        found = scalar(
            con,
            "select count(*) from information_schema.tables where table_schema = 'acquired' and table_name = 'delivery'",
        )
        newest = scalar(con, "select max(night) from acquired.delivery") if found else None
        return newest if isinstance(newest, date) else None
    finally:
        con.close()


def _show(con: Connection, night: date) -> None:
    columns: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in rows(con, _COLUMNS):
        columns.setdefault((str(schema), str(table)), []).append(str(column))
    if not columns:
        raise NotYetKnown("the warehouse holds no records yet; run a night first: throughcare run --night DATE")
    for schema in ("checked", "consented", "linked"):
        con.execute(f"create schema {schema}")
    for (schema, table), held in columns.items():
        chosen = ", ".join(_column(name) for name in held)
        con.execute(f"create view {schema}.{table} as select {chosen} from {KEPT}.{schema}.{table}{_known(held, night)}")
    _derive(con, [str(text) for (text,) in rows(con, _VIEWS)])


def _derive(con: Connection, views: list[str]) -> None:
    """Create the warehouse's own views over the tables of that night; one may read another, whatever their order."""
    waiting = views
    while waiting:
        left = [text for text in waiting if not _created(con, text)]
        if len(left) == len(waiting):
            raise NotYetKnown(f"{len(left)} views of the warehouse cannot be read as of another night; run tonight's night again first")
        waiting = left


def _created(con: Connection, text: str) -> bool:
    try:
        con.execute(text)
    except duckdb.CatalogException:
        return False
    return True


def _column(name: str) -> str:
    # What was still known that night has no end as seen from there.
    return 'null::date as "known_to"' if name == "known_to" else f'"{name}"'


def _known(columns: list[str], night: date) -> str:
    day = f"date '{night.isoformat()}'"
    if "known_from" in columns:
        until = f" and (known_to is null or known_to > {day})" if "known_to" in columns else ""
        return f" where known_from <= {day}{until}"
    return f" where first_seen_on <= {day}" if "first_seen_on" in columns else ""
