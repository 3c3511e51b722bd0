"""A database file written anew, because deleting from one does not erase: freed blocks keep what they held.

Belongs here: copying a DuckDB file table by table into a fresh one, leaving rows out, and putting it in the old one's place. Does not
belong here: which rows, and who holds the writer's lock (the caller).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from resources.home import sync_folder
from resources.sql import Connection, quoted, rows

IDS = "temp.left_out"
"""Table of the ids whose rows are left out."""

_TABLES = (
    "select schema_name, table_name from duckdb_tables() where database_name = 'old' and not internal and not temporary "
    "order by schema_name, table_name"
)
_TEXTS = (
    "select schema_name, table_name, column_name, data_type from duckdb_columns() where database_name = 'old' and not internal "
    "and data_type in ('VARCHAR', 'VARCHAR[]') order by schema_name, table_name, column_index"
)


@dataclass(frozen=True)
class LeftOut:
    """What a fresh copy leaves out.

    Attributes:
        ids: rows that hold one of these in any text column, or in any list of texts, are left out.
        ids_in: schema -> further ids that count in its tables only.
        untouched: tables (``schema.table``) that are copied whole whatever they hold.
        blanked: table -> columns emptied in rows that hold one of the ids, instead of leaving the rows out.
    """

    ids: Collection[str] = ()
    ids_in: Mapping[str, Collection[str]] = field(default_factory=dict)
    untouched: Collection[str] = ()
    blanked: Mapping[str, Collection[str]] = field(default_factory=dict)


def count_mentions(path: Path, left_out: LeftOut) -> dict[str, int]:
    """Rows by table (``schema.table``) that a fresh copy would leave out or blank; only tables with any."""
    if not path.exists():
        return {}
    with _attached(path, left_out) as con:
        return _counted(con, _predicates(con, left_out))


def write_fresh(path: Path, left_out: LeftOut | None = None) -> dict[str, int]:
    """Replace a database file by a fresh one with the same tables and views; returns rows left out or blanked, by table.

    Nobody may have the file open. Killed on the way, the old file is whole; killed at the end, the new one is.

    Args:
        path: the file.
        left_out: what is not copied; None copies everything, which still leaves freed blocks behind.
    """
    asked = left_out or LeftOut()
    fresh = path.with_name(f".{path.name}.fresh")
    _forget(fresh)
    _fold_log(path)
    with _attached(path, asked) as con:
        conditions = _predicates(con, asked)
        counted = _counted(con, conditions)
        con.execute(f"attach {quoted(fresh)} as fresh")
        con.execute("copy from database old to fresh (schema)").fetchall()
        for schema, table in rows(con, _TABLES):
            _copy(con, str(schema), str(table), conditions.get(f"{schema}.{table}"), asked)
        con.execute("checkpoint fresh").fetchall()
        con.execute("detach fresh").fetchall()
    fresh.chmod(0o600)
    _sync(fresh)
    fresh.replace(path)
    sync_folder(path.parent)
    _forget(fresh)
    return counted


def write_copy(path: Path, target: Path) -> None:
    """A fresh copy of a closed database file beside it; freed blocks are not copied."""
    _fold_log(path)
    with _attached(path, LeftOut()) as con:
        con.execute(f"attach {quoted(target)} as fresh")
        con.execute("copy from database old to fresh").fetchall()
        con.execute("checkpoint fresh").fetchall()
        con.execute("detach fresh").fetchall()
    target.chmod(0o600)
    _sync(target)


def values_found(path: Path, values: Collection[str]) -> int:
    """How many rows of any table of a database file hold one of these texts whole, in a text column or a list of texts."""
    return sum(count_mentions(path, LeftOut(ids=values)).values())


@contextmanager
def _attached(path: Path, asked: LeftOut) -> Iterator[Connection]:
    """The old file, read-only, beside an empty database in memory that knows the ids."""
    con = duckdb.connect()
    try:
        con.execute("set autoinstall_known_extensions=false")
        con.execute("set autoload_known_extensions=false")
        con.execute("set preserve_insertion_order=true")
        con.execute("set timezone='UTC'")
        con.execute(f"attach {quoted(path)} as old (read_only)")
        listed: list[tuple[str, str | None]] = [(name, None) for name in sorted(set(asked.ids))]
        listed += [(name, schema) for schema, ids in sorted(asked.ids_in.items()) for name in sorted(set(ids))]
        con.register("left_out_ids", pl.DataFrame(listed, schema={"id": pl.String, "only_in": pl.String}, orient="row"))
        con.execute(f"create temp table {IDS.removeprefix('temp.')} as select id, only_in from left_out_ids").fetchall()
        con.unregister("left_out_ids")
        yield con
    finally:
        con.close()


def _predicates(con: Connection, asked: LeftOut) -> dict[str, str]:
    """Table -> condition under which a row mentions one of the ids."""
    conditions: dict[str, list[str]] = {}
    if not asked.ids and not asked.ids_in:
        return {}
    tables = {f"{schema}.{table}" for schema, table in rows(con, _TABLES)}
    for schema, table, column, kind in rows(con, _TEXTS):
        name = f"{schema}.{table}"
        if name not in tables or name in asked.untouched:
            continue
        among = f"from {IDS} where only_in is null or only_in = '{schema}'"
        conditions.setdefault(name, []).append(
            f'"{column}" in (select id {among})' if kind == "VARCHAR" else f'list_has_any("{column}", (select list(id) {among}))'
        )
    return {name: " or ".join(f"coalesce({one}, false)" for one in found) for name, found in conditions.items()}


def _counted(con: Connection, conditions: Mapping[str, str]) -> dict[str, int]:
    counted = {}
    for name, condition in conditions.items():
        schema, table = name.split(".")
        ((number,),) = rows(con, f'select count(*) from old."{schema}"."{table}" where {condition}')
        if number:
            counted[name] = int(number)
    return counted


def _copy(con: Connection, schema: str, table: str, condition: str | None, asked: LeftOut) -> None:
    name = f"{schema}.{table}"
    told = f'old."{schema}"."{table}"'
    if condition and name in asked.blanked:
        # Asked once a row, not once a column: the planner would drown in subqueries.
        emptied = ", ".join(f'case when _is_meant then null else "{column}" end as "{column}"' for column in asked.blanked[name])
        select = f"select * exclude (_is_meant) replace ({emptied}) from (select *, {condition} as _is_meant from {told})"
    else:
        select = f"select * from {told}" + (f" where not ({condition})" if condition else "")
    con.execute(f'insert into fresh."{schema}"."{table}" {select}').fetchall()


def _fold_log(path: Path) -> None:
    """Fold what a killed writer left in its log into the file, so that the copy has it and no log outlives the file it belongs to."""
    con = duckdb.connect(str(path))
    try:
        con.execute("checkpoint").fetchall()
    finally:
        con.close()
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _forget(path: Path) -> None:
    for name in (path, path.with_name(f"{path.name}.wal")):
        name.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
