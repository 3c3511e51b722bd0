"""What another text would do to tonight's data: which elements of how many people would begin to flow, and which would go dark.

Belongs here: deciding every product under two sets of terms side by side, and counting. Does not belong here: the matrix of clauses
(sharing.py) and any change to the warehouse, which is only read.

Links are not drawn anew: memberships stay as they are tonight. Where a text changes what may be compared, the count says of how many
subjects, and the products' counts are those of tonight's links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from assets.consented.clauses import Terms
from assets.consented.decisions import write_decisions
from assets.consented.replay import write_facts
from contracts.elements import with_presence
from contracts.products import Product
from resources.as_known import as_known
from resources.home import Home
from resources.sql import Connection, load_sql, rows

PACKAGE: Final = "assets.consented"


@dataclass(frozen=True, order=True)
class Effect:
    """People of one system of whom one element begins to flow (``gained``) or goes dark (``lost``), from one reason to another.

    ``product`` is empty and ``element`` is ``link`` where it is about what may be compared.
    """

    product: str
    operation: str
    system: str
    element: str
    reason_before: str
    reason_after: str
    gained: int
    lost: int


def effects(home: Home, before: Terms, after: Terms, products: Iterable[Product], night: date) -> tuple[Effect, ...]:
    """What would change on ``night`` if the county's text were ``after`` and not ``before``.

    Args:
        home: where the warehouse lies; it is only read.
        before: the text as it is.
        after: the text as it would be.
        products: products whose decisions are compared.
        night: tonight; records are those known then.

    Raises:
        resources.as_known.NotYetKnown: if the warehouse knows nothing of that night.
    """
    asked = [(product, operation) for product in sorted(products, key=lambda item: item.path) for operation in product.operations]
    found: list[Effect] = []
    with _two_readings(home, before, after, night) as (was, will):
        found += [Effect("", "link", row[0], "link", *row[1:]) for row in _links(was, will)]
        for product, operation in asked:
            for con, table in ((was, "decision_before"), (will, "decision_after")):
                write_decisions(
                    con,
                    target_table=f"main.{table}",
                    recipient=product.agency,
                    purposes=[purpose.value for purpose in product.purposes],
                    operation=operation,
                    elements=with_presence(product.elements(operation)),
                    night=night,
                )
            _bring(will, was, "decision_after")
            found += [Effect(product.path, operation.value, *row) for row in rows(was, load_sql(PACKAGE, "decision_change"))]
    return tuple(sorted(found))


@contextmanager
def _two_readings(home: Home, before: Terms, after: Terms, night: date) -> Iterator[tuple[Connection, Connection]]:
    with as_known(home, night) as was, as_known(home, night) as will:
        write_facts(was, before, night)
        write_facts(will, after, night)
        yield was, will


def _links(was: Connection, will: Connection) -> list[tuple[str, str, str, int, int]]:
    one_each = "select subject_id, any_value(system) as system, bool_or(permitted) as permitted, min(reason) as reason"
    for con, table in ((was, "link_before"), (will, "link_after")):
        con.execute(f"create or replace table main.{table} as {one_each} from consented.link_permission group by subject_id")
    _bring(will, was, "link_after")
    return rows(was, load_sql(PACKAGE, "link_change"))


def _bring(source: Connection, target: Connection, table: str) -> None:
    """Copy a small table from one connection in memory to another."""
    frame = source.sql(f"select * from main.{table}").to_arrow_table()
    target.register("brought", frame)
    try:
        target.execute(f"create or replace table main.{table} as select * from brought")
    finally:
        target.unregister("brought")
