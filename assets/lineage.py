"""Which columns a SELECT draws each of its columns from.

Belongs here: column lineage read from the SQL text itself. Does not belong here: Dagster's types for it, and the SQL.
Only direct inputs are named; a filter or a join condition is an input of the table, not of one column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


@lru_cache(maxsize=512)
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
    return dict(_column_lineage(sql, tuple((table, tuple(typed.items())) for table, typed in sorted(columns.items()))))


# The same text over the same columns is asked for every night of a process.
@lru_cache(maxsize=512)
def _column_lineage(sql: str, columns: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Mapping[str, tuple[Origin, ...]]:
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table, typed in columns:
        database, _, name = table.rpartition(".")
        schema.setdefault(database, {})[name] = dict(typed)
    try:
        nodes = lineage(None, sql, schema, dialect="duckdb", copy=False, trim_selects=False)
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
