"""Who was shown to whom: the account of disclosures by row, person by person, kept by the integrator.

Belongs here: finding, while a product is worked out, which subject's records stand behind which of the recipient's own numbers in the
finished tables, and keeping it as intervals of versions. Does not belong here: what a letter says of it (letters.py), the ledger (it takes
no person), and anything an agency is shown.

One row of ``registers.main.disclosure`` says: in these versions of this table, a row under this subject of the recipient's could draw on
records of this kind of that subject of another agency's. It is never less than what the table shows: a person's records of one kind are
accounted for together, whichever of them a row came from. Own records returned to the agency that gave them are no disclosure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from assets.linked.content import CONTENT
from contracts.products import Grain, Product, ProductTable
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE: Final = "assets.published"
GROUND: Final = "temp.disclosure_ground"

_SHOWN: Final = {"table_name": pl.String, "under_subject": pl.String, "about_subject": pl.String, "record_type": pl.String}


@dataclass(frozen=True)
class Shown:
    """Rows of a table under one subject of the recipient's that may draw on one kind of another subject's records."""

    table: str
    under_subject: str | None
    about_subject: str
    record_type: str


def note_ground(con: Connection, product: Product) -> None:
    """Keep, from the row decisions just made (``temp.product_decision``), by which clause and consent anything is permitted."""
    replace_table(con, GROUND, load_sql(PACKAGE, "disclosure_ground"), {"recipient": product.agency})


def shown_in(con: Connection, tables: Iterable[ProductTable]) -> tuple[Shown, ...]:
    """Whose records of which kind each finished table by row draws on.

    Args:
        con: the scratch database of the operation: handed-over rows in ``linked``, finished tables in ``product``.
        tables: the product's tables that were built there.
    """
    found: set[Shown] = set()
    for table in tables:
        if table.grain is Grain.AGGREGATE:
            continue
        for record_type in sorted({element.split(".")[0] for element in table.elements} & set(CONTENT)):
            found.update(Shown(table.name, *row, record_type) for row in _behind(con, table, record_type))
    return tuple(sorted(found, key=lambda item: (item.table, item.under_subject or "", item.about_subject, item.record_type)))


def _behind(con: Connection, table: ProductTable, record_type: str) -> list[tuple[str | None, str]]:
    """(own subject, subject behind it) of one table and kind of record; without an own number in the table, everybody handed over."""
    own = [column for column in table.columns if column.own_id is not None]
    if not own:
        everybody = f"select distinct subject_id from linked.{record_type} where subject_id is not null"
        return [(None, str(subject)) for (subject,) in rows(con, everybody)]
    found: list[tuple[str | None, str]] = []
    for column in own:
        found += rows(
            con,
            f'select distinct own.subject_id, content.subject_id from product."{table.name}" as shown '
            f'join linked.own_id as own on own.own_id = shown."{column.name}" and own.system = $system and own.key = $key '
            f"join linked.{record_type} as content on content.person_key = own.person_key where content.subject_id <> own.subject_id",
            vars(column.own_id),
        )
    return found


def note_disclosures(con: Connection, product: Product, shown: Sequence[Shown], *, version: str, night: date) -> int:
    """Write that ``version`` shows what it shows; whatever the version before it showed too goes on as one interval.

    Written before anybody can open the version, and again without effect when a killed run comes by: an account may say too much, never
    too little.

    Returns:
        intervals that begin or go on with this version.
    """
    if not shown:
        return 0
    frame = pl.DataFrame([tuple(vars(item).values()) for item in shown], schema=_SHOWN, orient="row")
    con.register("shown_rows", frame.to_arrow())
    try:
        replace_table(con, "temp.shown", load_sql(PACKAGE, "disclosure_shown"), {"recipient": product.agency})
    finally:
        con.unregister("shown_rows")
    parameters: dict[str, Any] = {"recipient": product.recipient, "product": product.name, "version": version, "night": night}
    con.execute(_CONTINUE, parameters).fetchall()
    con.execute(_BEGIN, {**parameters, "purposes": sorted(purpose.value for purpose in product.purposes)}).fetchall()
    found = rows(
        con,
        "select count(*) from registers.main.disclosure where recipient = $recipient and product = $product and last_version = $version",
        parameters,
    )
    return int(found[0][0])


_SAME: Final = (
    "held.table_name = shown.table_name and held.under_subject is not distinct from shown.under_subject "
    "and held.about_subject = shown.about_subject and held.record_type = shown.record_type "
    "and held.clause_ids = shown.clause_ids and held.consent_ids = shown.consent_ids"
)
_LAST: Final = (
    "(select max_by(last_version, (last_night, last_version)) from registers.main.disclosure "
    "where recipient = $recipient and product = $product and last_version <> $version and last_night <= $night)"
)
_CONTINUE: Final = (
    f"update registers.main.disclosure as held set last_version = $version, last_night = $night from temp.shown as shown "
    f"where held.recipient = $recipient and held.product = $product and held.last_version = {_LAST} and {_SAME}"
)
_BEGIN: Final = (
    f"insert into registers.main.disclosure by name select $recipient as recipient, $product as product, shown.*, "
    f"$purposes as purposes, $version as first_version, $version as last_version, $night as first_night, $night as last_night "
    f"from temp.shown as shown where not exists (select 1 from registers.main.disclosure as held "
    f"where held.recipient = $recipient and held.product = $product and held.last_version = $version and {_SAME})"
)
