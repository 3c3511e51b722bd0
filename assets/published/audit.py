"""What the governance office is told of the terms: facts about decisions, consents, instruments, deliveries and linkage.

Belongs here: handing such facts over to a product whose questions ask for them. Does not belong here: the questions, small cells.
Facts about people count only people whom the audit's own licence lets be counted; nobody's sealed record shows even here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import polars as pl

from assets.published.scope_for_product import PACKAGE, decide_for
from contracts.instruments import Operation
from contracts.products import Product
from resources.sql import Connection, insert_into, load_sql, replace_table

_COUNTED: Final = "temp.audit_decision"
ABOUT_PEOPLE: Final = ("consent_standing", "link_count")
ABOUT_TERMS: Final = ("instrument", "delivery", "disposition", "review_count", "accuracy")


def hand_over_terms(con: Connection, alias: str, *, night: date) -> None:
    """Write facts with no person behind them to the schema ``facts`` of the attached scratch database."""
    con.execute(f"create schema if not exists {alias}.facts")
    for name in ABOUT_TERMS:
        replace_table(con, f"{alias}.facts.{name}", load_sql(PACKAGE, f"facts_{name}"), {"night": night})


def hand_over_people(con: Connection, alias: str, products: Iterable[Product], *, night: date) -> None:
    """Write facts about the people whom the current decisions (``temp.product_decision``) permit to be counted.

    Decides every product anew, so that the answer does not depend on the order in which products are published.
    """
    con.execute(f"create schema if not exists {alias}.facts")
    replace_table(con, "temp.audit_subject", load_sql(PACKAGE, "audit_subject"))
    for name in ABOUT_PEOPLE:
        replace_table(con, f"{alias}.facts.{name}", load_sql(PACKAGE, f"facts_{name}"), {"night": night})
    columns = "product varchar, operation varchar, record_type varchar, reason varchar, people bigint"
    con.execute(f"create table {alias}.facts.decision_count ({columns})")
    for product, operation in _asked(products):
        decide_for(con, product, operation, night=night, target_table=_COUNTED)
        parameters = {"product": product.path, "operation": operation.value}
        insert_into(con, f"{alias}.facts.decision_count", load_sql(PACKAGE, "facts_decision_count"), parameters)


def _asked(products: Iterable[Product]) -> list[tuple[Product, Operation]]:
    return [(product, operation) for product in sorted(products, key=lambda item: item.path) for operation in product.operations]


def hand_over_products(con: Connection, alias: str, products: Sequence[Product]) -> None:
    """Write the products as the county's text has them."""
    con.execute(f"create schema if not exists {alias}.facts")
    columns = ("product", "agency", "title", "form", "purposes", "tables")
    texts = [
        (
            item.path,
            item.agency,
            item.title,
            item.form.value,
            ", ".join(sorted(purpose.value for purpose in item.purposes)),
            len(item.tables),
        )
        for item in products
    ]
    frame = pl.DataFrame(texts, schema=dict(zip(columns, [pl.String] * 5 + [pl.Int32], strict=True)), orient="row")
    con.register("product_text", frame.to_arrow())
    try:
        con.execute(f"create table {alias}.facts.product as select * from product_text order by product")
    finally:
        con.unregister("product_text")
