"""What a column inherits: every input that its value or the presence of its row depends on, direct or not.

Belongs here: the second reading of a SELECT, for labels: joins, filters, groups, windows and orders count as well as values. Does not
belong here: direct lineage for people to read (lineage.py), which labels a column carries, who may see it.

Fails closed: a column that cannot be followed depends on every column of every table the text reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from assets.lineage import Columns, Origin, column_lineage, tables_read

_INDIRECT = (exp.Where, exp.Join, exp.Group, exp.Having, exp.Qualify, exp.Window, exp.Order, exp.Distinct, exp.Filter, exp.If)


@dataclass(frozen=True)
class Inputs:
    """Inputs of one output column. ``is_resolved`` is False where the text could not be followed, and everything it reads is an input."""

    direct: tuple[Origin, ...]
    indirect: tuple[Origin, ...]
    is_resolved: bool

    @property
    def all(self) -> frozenset[Origin]:
        """Direct and indirect inputs together."""
        return frozenset({*self.direct, *self.indirect})


def inputs_of(sql: str, columns: Columns) -> dict[str, Inputs]:
    """Every input of every output column of one SELECT.

    Indirect inputs belong to the row and so to all its columns: whatever a join, a filter, a group, a window, an order or a condition of
    the statement reads, in any of its parts.

    Args:
        sql: one SELECT in DuckDB's dialect.
        columns: columns and types of the tables it reads, as ``schema.table``.

    Returns:
        output column to its inputs; a count depends on every column of what it counts; empty if the text is no SELECT at all.
    """
    return dict(_inputs_of(sql, tuple((table, tuple(typed.items())) for table, typed in sorted(columns.items()))))


@lru_cache(maxsize=256)
def _inputs_of(sql: str, columns: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Mapping[str, Inputs]:
    described = {table: dict(typed) for table, typed in columns}
    if not _outputs(sql):
        return {}
    everything = tuple(sorted(Origin(table, name) for table in tables_read(sql) for name in described.get(table, {"*": ""})))
    direct = column_lineage(sql, described)
    indirect = _indirect(sql, described)
    if indirect is None or not direct:
        return {name: Inputs((), everything, is_resolved=False) for name in _outputs(sql)}
    return {
        name: Inputs(origins, indirect, is_resolved=True)
        if origins or _is_constant(sql, name)
        else Inputs((), everything, is_resolved=False)
        for name, origins in direct.items()
    }


def _outputs(sql: str) -> Iterable[str]:
    try:
        return tuple(sqlglot.parse_one(sql, read="duckdb").named_selects)
    except (SqlglotError, AttributeError):
        return ()


def _is_constant(sql: str, name: str) -> bool:
    """Whether an output is a literal in every part of a union: it says nothing but that the row is there."""
    statement = sqlglot.parse_one(sql, read="duckdb")
    parts = [item for item in statement.find_all(exp.Select) if item.parent is None or isinstance(item.parent, exp.SetOperation)]
    return bool(parts) and all(
        not any(select.find(exp.Column, exp.AggFunc, exp.Subquery) for select in part.selects if select.alias_or_name == name)
        for part in parts
    )


def _indirect(sql: str, described: Columns) -> tuple[Origin, ...] | None:
    """Base columns that any condition of the statement reads; None if the statement cannot be qualified."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table, typed in described.items():
        database, _, name = table.rpartition(".")
        schema.setdefault(database, {})[name] = dict(typed)
    try:
        statement = qualify(sqlglot.parse_one(sql, read="duckdb"), schema=schema, dialect="duckdb", validate_qualify_columns=False)
        scopes = traverse_scope(statement)
    except (SqlglotError, ValueError, KeyError, RecursionError):
        return None
    found: set[Origin] = set()
    for scope in scopes:
        for column in scope.columns:
            if column.find_ancestor(*_INDIRECT):
                origins = _base(scope, column, set())
                if origins is None:
                    return None
                found |= origins
    return tuple(sorted(found))


def _base(scope: Scope, column: exp.Column, seen: set[tuple[int, str, str]]) -> set[Origin] | None:
    """Columns of real tables behind one column of a scope, through every derived table; None where it cannot be followed."""
    key = (id(scope), column.table, column.name)
    if key in seen:
        return set()
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table):
        return {Origin(f"{source.db}.{source.name}" if source.db else source.name, column.name)}
    if not isinstance(source, Scope):
        # Without a table it is an alias of the same SELECT or a lambda's own name: what stands behind it was read in this scope.
        return set() if not column.table else None
    found: set[Origin] = set()
    for part in _parts(source):
        for select in part.expression.selects:
            if select.alias_or_name == column.name:
                for inner in select.find_all(exp.Column):
                    origins = _base(part, inner, {*seen, key})
                    if origins is None:
                        return None
                    found |= origins
    return found


def _parts(scope: Scope) -> list[Scope]:
    """The SELECTs of a union, however deep; a plain one alone."""
    if not scope.set_operation_scopes:
        return [scope]
    return [part for inner in scope.set_operation_scopes for part in _parts(inner)]
