"""What was withheld tonight and why, and what protecting the tables took: the integrator's own account, counts only.

Belongs here: the tables ``published.decision_count``, ``published.protection`` and ``published.version``. Does not belong here: what a
recipient is told (manifest) or the governance office (audit).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from assets.published.build import BuiltTable
from assets.published.scope_for_product import Decided
from contracts.products import Product
from resources.sql import Connection, load_sql, rows, table_exists

_TABLES: Final = {
    "decision_count": "night date, recipient varchar, product varchar, operation varchar, reason varchar, decisions bigint, people bigint",
    "protection": (
        "night date, recipient varchar, product varchar, table_name varchar, cells bigint, is_primary bigint, complementary bigint, "
        "widened bigint, audited boolean, months integer, moved bigint, dominated bigint"
    ),
    "version": "night date, recipient varchar, product varchar, verdict varchar, version varchar, valid_until date, reason varchar",
}


_COLUMNS: Final = "select column_name from information_schema.columns where table_schema = 'published' and table_name = $table"


def note_decisions(con: Connection, product: Product, night: date, decided: Iterable[Decided]) -> dict[str, int]:
    """Write how many decisions of a product were made with which reason, and about how many people; returns people withheld by reason.

    A person withheld from rows and from counts is counted once, with the larger of the two figures.
    """
    withheld: dict[str, int] = {}
    values: list[Sequence[Any]] = []
    for item in decided:
        for reason, number in sorted(item.reasons.items()):
            people = item.withheld.get(reason)
            values.append((night, product.recipient, product.name, item.operation.value, reason, number, people))
            if people:
                withheld[reason] = max(people, withheld.get(reason, 0))
    _replace(con, "decision_count", product, night, values)
    return dict(sorted(withheld.items()))


def note_protection(con: Connection, product: Product, night: date, built: Iterable[BuiltTable]) -> None:
    """Write what protecting each aggregate table of a product took."""
    values: list[Sequence[Any]] = []
    for item in built:
        made = item.protected
        if made is None:
            continue
        account = (made.cells, made.primary, made.complementary, made.widened, made.audited, item.months, made.moved, made.dominated)
        if item.carried_from is not None:
            account = _last_account(con, product, item.table.name, night) or account
        values.append((night, product.recipient, product.name, item.table.name, *account))
    _replace(con, "protection", product, night, values)


def _last_account(con: Connection, product: Product, table: str, night: date) -> tuple[Any, ...] | None:
    """What protecting a table took on the night that it was counted."""
    _prepare(con)
    found = rows(
        con,
        "select cells, is_primary, complementary, widened, audited, months, moved, dominated from published.protection "
        "where recipient = $recipient and product = $product and table_name = $table and night < $night order by night desc limit 1",
        {"recipient": product.recipient, "product": product.name, "table": table, "night": night},
    )
    return found[0] if found else None


def note_version(
    con: Connection, product: Product, night: date, *, verdict: str, version: str | None, valid_until: date | None, reason: str | None
) -> None:
    """Write what became of a product tonight."""
    _replace(con, "version", product, night, [(night, product.recipient, product.name, verdict, version, valid_until, reason)])


def withheld_by_reason(con: Connection) -> dict[str, dict[str, int]]:
    """Of how many people rows are withheld, and why, by product, as last decided; a reader's connection will do."""
    if not table_exists(con, "published", "decision_count"):
        return {}
    found: dict[str, dict[str, int]] = {}
    for path, reason, people in rows(con, load_sql("assets.published", "withheld_by_reason")):
        found.setdefault(str(path), {})[str(reason)] = int(people)
    return found


def _prepare(con: Connection) -> None:
    """Have the tables there in today's layout; an older layout gives way, for the warehouse is disposable."""
    con.execute("create schema if not exists published")
    for name, columns in _TABLES.items():
        wanted = {column.strip().split(" ")[0] for column in columns.split(",")}
        held = {column for (column,) in rows(con, _COLUMNS, {"table": name})}
        if held and held != wanted:
            con.execute(f"drop table published.{name}")
        con.execute(f"create table if not exists published.{name} ({columns})")


def _replace(con: Connection, table: str, product: Product, night: date, values: Sequence[Sequence[Any]]) -> None:
    _prepare(con)
    con.execute(
        f"delete from published.{table} where night = ? and recipient = ? and product = ?", [night, product.recipient, product.name]
    ).fetchall()
    if values:
        places = ", ".join("?" for _ in values[0])
        con.executemany(f"insert into published.{table} values ({places})", [list(value) for value in values])
