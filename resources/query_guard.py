"""The guard over an analyst's SQL: what it does not know, it refuses.

Belongs here: parsing one SELECT and comparing every node of it with what is allowed. Does not belong here: opening or running anything.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import duckdb
import sqlglot
from sqlglot import exp

MAXIMUM_LENGTH = 20_000
MAXIMUM_NODES = 3_000

CLAUSES = frozenset(
    {
        "Add", "Alias", "Between", "Boolean", "CTE", "Column", "DataType", "DataTypeParam", "Distinct", "Div", "EQ", "Except", "Filter",
        "From", "GT", "GTE", "Group", "GroupingSets", "Having", "ILike", "Identifier", "IgnoreNulls", "In", "IntDiv", "Intersect",
        "Interval", "Is", "Join", "LT", "LTE", "Like", "Limit", "Literal", "Mod", "Mul", "NEQ", "Neg", "Not", "Null", "NullSafeEQ",
        "NullSafeNEQ", "Offset", "Order", "Ordered", "Paren", "Qualify", "RespectNulls", "Rollup", "Cube", "Select", "Star", "Sub",
        "Subquery", "Table", "TableAlias", "Tuple", "Union", "Values", "Var", "Where", "Window", "WindowSpec", "With", "WithinGroup",
    }
)  # fmt: skip
"""Parts of a SELECT that are known to read only what the FROM clause names."""

FUNCTIONS = frozenset(
    {
        # logic and choice
        "And", "Or", "Case", "If", "Coalesce", "Nullif", "Greatest", "Least", "Exists", "Cast", "TryCast",
        # aggregates
        "Count", "CountIf", "Sum", "Avg", "Min", "Max", "Median", "Mode", "AnyValue", "Stddev", "StddevPop", "StddevSamp", "Variance",
        "VariancePop", "Corr", "PercentileCont", "PercentileDisc", "Quantile", "ApproxDistinct", "ArgMax", "ArgMin", "First", "Last",
        "LogicalOr", "LogicalAnd", "Grouping",
        # windows
        "RowNumber", "Rank", "DenseRank", "Ntile", "Lag", "Lead", "FirstValue", "LastValue", "NthValue", "PercentRank", "CumeDist",
        # numbers
        "Abs", "Ceil", "Floor", "Round", "Sign", "Sqrt", "Pow", "Exp", "Ln", "Log", "Trunc",
        # text that can only shrink
        "Lower", "Upper", "Trim", "Length", "Left", "Right", "Substring", "StartsWith", "EndsWith", "Contains",
        # dates
        "Year", "Quarter", "Month", "Week", "Day", "DayOfWeek", "DayOfWeekIso", "DayOfMonth", "DayOfYear", "Hour", "Minute", "Extract",
        "DateDiff", "DateTrunc", "TimestampTrunc", "TimeToStr", "LastDay", "Monthname", "TsOrDsToDate", "Date",
    }
)  # fmt: skip
"""Functions that read nothing but their arguments and cannot grow a value beyond them; growing text is a way to exhaust memory."""

TYPES = frozenset(
    {
        "BIGINT", "INT", "SMALLINT", "TINYINT", "INT128", "UBIGINT", "UINT", "DOUBLE", "FLOAT", "DECIMAL", "BOOLEAN", "VARCHAR", "TEXT",
        "DATE", "TIMESTAMP", "TIMESTAMPNTZ", "TIME", "INTERVAL",
    }
)  # fmt: skip


class RefusedQuery(ValueError):
    """The query is not one this reader runs; the message says why and never quotes data."""


def guarded(sql: str, tables: AbstractSet[str]) -> str:
    """The query as it may be run: written anew from its parsed tree.

    Args:
        sql: what the analyst typed.
        tables: lower-case names of the product's own tables.

    Raises:
        RefusedQuery: unless it is one SELECT over those tables, made of known clauses, functions and types only.
    """
    if len(sql) > MAXIMUM_LENGTH:
        raise RefusedQuery(f"the query is longer than {MAXIMUM_LENGTH} characters")
    if "\0" in sql:
        raise RefusedQuery("the query holds a NUL character")
    tree = _one_select(sql)
    try:
        nodes = list(tree.walk())
        if len(nodes) > MAXIMUM_NODES:
            raise RefusedQuery(f"the query has more than {MAXIMUM_NODES} parts; simplify it")
        for node in nodes:
            _check(node)
        _check_tables(tree, tables)
        text = str(tree.sql(dialect="duckdb", comments=False))
    except RecursionError:
        raise RefusedQuery("the query is nested too deeply") from None
    # The engine's own parser has the last word on what the rewritten text is.
    _one_engine_select(text)
    return text


def _one_select(sql: str) -> exp.Expression:
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise RefusedQuery("the query is not SQL that this reader can read; write one plain SELECT") from None
    if len(statements) != 1 or statements[0] is None:
        raise RefusedQuery(f"write exactly one SELECT; there are {sum(item is not None for item in statements)} statements")
    tree: exp.Expression = statements[0]
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
        raise RefusedQuery("only a SELECT may be asked of a product")
    return tree


def _one_engine_select(text: str) -> None:
    try:
        types = [statement.type for statement in duckdb.extract_statements(text)]
    except duckdb.Error:
        raise RefusedQuery("the engine cannot read the query; write one plain SELECT") from None
    if types != [duckdb.StatementType.SELECT]:
        raise RefusedQuery("only a SELECT may be asked of a product")


def _check(node: exp.Expression) -> None:
    name = type(node).__name__
    if isinstance(node, exp.Anonymous):
        raise RefusedQuery(f"the function [{_short(node.name)}] is not one this reader knows")
    if name not in CLAUSES and name not in FUNCTIONS:
        raise RefusedQuery(f"[{name}] is not something this reader runs; it runs plain SELECTs with known functions")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise RefusedQuery("a recursive query may never end and is not run")
    if isinstance(node, exp.DataType) and node.this.name not in TYPES:
        raise RefusedQuery(f"a value cannot be cast to [{node.this.name}] here")
    if isinstance(node, exp.Select) and any(node.args.get(part) for part in ("into", "locks", "hint", "kind", "operation_modifiers")):
        raise RefusedQuery("only a plain SELECT may be asked of a product")


def _check_tables(tree: exp.Expression, tables: AbstractSet[str]) -> None:
    """Every table must be the product's own or a name given before it: the engine would look up any other in its catalogue."""
    given = tree.args.get("with_") or tree.args.get("with")
    if any(node is not given for node in tree.find_all(exp.With)):
        raise RefusedQuery("put WITH at the very beginning of the query")
    seen = set(tables)
    inside: set[int] = set()
    for cte in given.expressions if given else ():
        for table in cte.find_all(exp.Table):
            _check_table(table, seen, tables)
            inside.add(id(table))
        seen.add(cte.alias_or_name.lower())
    for table in tree.find_all(exp.Table):
        if id(table) not in inside:
            _check_table(table, seen, tables)


def _check_table(table: exp.Table, seen: AbstractSet[str], tables: AbstractSet[str]) -> None:
    if not isinstance(table.this, exp.Identifier):
        raise RefusedQuery("a function cannot stand where a table is expected")
    if table.catalog or table.db.lower() not in {"", "main"}:
        raise RefusedQuery("write the table's name alone; this product's own tables are all there is")
    if table.name.lower() not in seen:
        raise RefusedQuery(f"[{_short(table.name)}] is not a table of this product; its tables are: {', '.join(sorted(tables))}")


def _short(name: str) -> str:
    return "".join(character for character in name if character.isalnum() or character == "_")[:40]
