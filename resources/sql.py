"""How a .sql file is read and run.

Belongs here: loading one SELECT, filling a table from it, reading scalars. Does not belong here: any question itself; questions lie
in .sql files beside the stage that asks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources as packaged
from pathlib import Path
from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection


def quoted(path: Path) -> str:
    """A path as a SQL string literal, for ``attach``, which takes no parameter."""
    return "'" + str(path).replace("'", "''") + "'"


@cache
def load_sql(package: str, name: str) -> str:
    """Text of ``name``.sql beside ``package`` (for example ``assets.measured``, ``person_timeline``)."""
    return packaged.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _used(sql: str, parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    # DuckDB refuses parameters that a statement does not name.
    return {key: value for key, value in (parameters or {}).items() if f"${key}" in sql}


def replace_table(con: Connection, table: str, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Create or replace ``table`` from one SELECT; returns its row count.

    Args:
        con: an open connection; the caller owns it.
        table: qualified name from this repository, never from input; ``temp.x`` is a temporary table.
        sql: one SELECT with named parameters.
        parameters: values by name; those the text does not name are left out.
    """
    kind = "temp table" if table.startswith("temp.") else "table"
    # What DuckDB answers to such a statement is the number of rows.
    return int(con.execute(f"create or replace {kind} {table} as {sql}", _used(sql, parameters)).fetchall()[0][0])


def insert_into(con: Connection, table: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
    """Append the rows of one SELECT to ``table``, columns matched by name."""
    con.execute(f"insert into {table} by name {sql}", _used(sql, parameters)).fetchall()


def drop_tables(con: Connection, *tables: str) -> None:
    """Drop tables named in this repository, those that exist."""
    for table in tables:
        con.execute(f"drop table if exists {table}").fetchall()


def rows(con: Connection, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a small result."""
    return con.execute(sql, _used(sql, parameters)).fetchall()


def scalar(con: Connection, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """The single value of a one-row, one-column result."""
    # fetchone() would leave the result open, and DuckDB 2.0 then blocks the connection.
    return rows(con, sql, parameters)[0][0]


def count(con: Connection, table: str) -> int:
    """Row count of a table named in this repository."""
    return int(scalar(con, f"select count(*) from {table}"))


def table_exists(con: Connection, schema: str, table: str) -> bool:
    """Whether the attached database has the table or view."""
    return bool(
        scalar(
            con,
            "select count(*) from information_schema.tables where table_schema = $schema and table_name = $table",
            {"schema": schema, "table": table},
        )
    )
