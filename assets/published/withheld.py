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
from resources.sql import Connection, rows

_TABLES: Final = {
    "decision_count": "night date, recipient varchar, product varchar, operation varchar, reason varchar, decisions bigint",
    "protection": (
        "night date, recipient varchar, product varchar, table_name varchar, cells bigint, is_primary bigint, complementary bigint, "
        "widened bigint, audited boolean, months integer"
    ),
    "version": "night date, recipient varchar, product varchar, verdict varchar, version varchar, valid_until date, reason varchar",
}


def note_decisions(con: Connection, product: Product, night: date, decided: Iterable[Decided]) -> dict[str, int]:
    """Write how many decisions of a product were made with which reason; returns the withheld ones by reason, over all operations."""
    withheld: dict[str, int] = {}
    values: list[Sequence[Any]] = []
    for item in decided:
        for reason, number in sorted(item.reasons.items()):
            values.append((night, product.recipient, product.name, item.operation.value, reason, number))
            if reason != "permitted":
                withheld[reason] = withheld.get(reason, 0) + number
    _replace(con, "decision_count", product, night, values)
    return withheld


def note_protection(con: Connection, product: Product, night: date, built: Iterable[BuiltTable]) -> None:
    """Write what protecting each aggregate table of a product took."""
    found = [(item.table.name, item.protected, item.months) for item in built if item.protected is not None]
    _replace(
        con,
        "protection",
        product,
        night,
        [
            (night, product.recipient, product.name, name, made.cells, made.primary, made.complementary, made.widened, made.audited, months)
            for name, made, months in found
        ],
    )


def note_version(
    con: Connection, product: Product, night: date, *, verdict: str, version: str | None, valid_until: date | None, reason: str | None
) -> None:
    """Write what became of a product tonight."""
    _replace(con, "version", product, night, [(night, product.recipient, product.name, verdict, version, valid_until, reason)])


def withheld_by_reason(con: Connection, night: date) -> list[tuple[str, str, int]]:
    """What was withheld tonight and why: product, reason, decisions; in order."""
    _prepare(con)
    found = rows(
        con,
        "select recipient || '/' || product, reason, sum(decisions)::bigint from published.decision_count "
        "where night = $night and reason <> 'permitted' group by all order by all",
        {"night": night},
    )
    return [(str(product), str(reason), int(decisions)) for product, reason, decisions in found]


def _prepare(con: Connection) -> None:
    con.execute("create schema if not exists published")
    for name, columns in _TABLES.items():
        con.execute(f"create table if not exists published.{name} ({columns})")


def _replace(con: Connection, table: str, product: Product, night: date, values: Sequence[Sequence[Any]]) -> None:
    _prepare(con)
    con.execute(
        f"delete from published.{table} where night = ? and recipient = ? and product = ?", [night, product.recipient, product.name]
    ).fetchall()
    if values:
        places = ", ".join("?" for _ in values[0])
        con.executemany(f"insert into published.{table} values ({places})", [list(value) for value in values])
