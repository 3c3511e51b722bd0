"""Which columns a SELECT draws each of its columns from.

Belongs here: column lineage read from the SQL text itself. Does not belong here: Dagster's types for it, and the SQL.
Only direct inputs are named; a filter or a join condition is an input of the table, not of one column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

Columns = Mapping[str, Mapping[str, str]]  # qualified table -> column -> type


@dataclass(frozen=True, order=True)
class Origin:
    """One column of one table, as ``schema.table`` and column name."""

    table: str
    column: str


def tables_read(sql: str) -> frozenset[str]:
    """Qualified names of the tables a SELECT reads, common table expressions left out."""
    statement = sqlglot.parse_one(sql, read="duckdb")
    named = {cte.alias_or_name for cte in statement.find_all(exp.CTE)}
    return frozenset(
        f"{table.db}.{table.name}" if table.db else table.name
        for table in statement.find_all(exp.Table)
        if table.db or table.name not in named
    )


def column_lineage(sql: str, columns: Columns) -> dict[str, tuple[Origin, ...]]:
    """Direct inputs of every output column.

    Args:
        sql: one SELECT in DuckDB's dialect.
        columns: columns and types of the tables it reads, needed to resolve ``*`` and unqualified names.

    Returns:
        Output column to its origins. Empty where the text cannot be resolved: a guess would be worse than silence.
    """
    schema: dict[str, dict[str, Mapping[str, str]]] = {}
    for table, typed in columns.items():
        database, _, name = table.rpartition(".")
        schema.setdefault(database, {})[name] = typed
    try:
        nodes = lineage(None, sql, schema, dialect="duckdb")
    except (SqlglotError, ValueError, KeyError, RecursionError):
        return {}
    return {name: _origins(node) for name, node in nodes.items()}


def _origins(node: Node) -> tuple[Origin, ...]:
    found: set[Origin] = set()
    for leaf in node.walk():
        if leaf.downstream or not isinstance(leaf.expression, exp.Table):
            continue
        table = leaf.expression
        column = leaf.name.rpartition(".")[2].strip('"')
        if table.db and column != "*":
            found.add(Origin(f"{table.db}.{table.name}", column))
    return tuple(sorted(found))


def union_of(parts: Sequence[Mapping[str, tuple[Origin, ...]]]) -> dict[str, tuple[Origin, ...]]:
    """Lineage of a table that several SELECTs fill."""
    names = {name for part in parts for name in part}
    return {name: tuple(sorted({origin for part in parts for origin in part.get(name, ())})) for name in sorted(names)}
