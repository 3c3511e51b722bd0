"""Proof that a person is in no product: every published byte and every published value looked at.

Belongs here: which identifiers may not occur where, and looking for them. Does not belong here: rebuilding anything.

Two ways, because each sees what the other may miss: the bytes of every file of a product (a value that DELETE only hid would still lie
there; products are stored uncompressed so that text lies there as text), and every text column of every table through SQL.
"""

from __future__ import annotations

import mmap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from assets.linked.content import CONTENT
from contracts.elements import PRESENT
from contracts.instruments import Operation
from contracts.products import Product
from resources.home import Home
from resources.published_files import ProductFiles
from resources.published_reader import open_product
from resources.sql import Connection, load_sql, rows, table_exists

PACKAGE: Final = "assets.published"
SHORTEST: Final = 6
"""Shorter identifiers would be found by chance in any file; they are looked for in values only."""


@dataclass(frozen=True)
class Denied:
    """Identifiers that a deny speaks of: ``never`` may be in no product, ``own`` only where something else permits a row under them."""

    never: frozenset[str]
    own: frozenset[str]

    def __len__(self) -> int:
        return len(self.never | self.own)


@dataclass(frozen=True)
class Scan:
    """What looking came to: files looked at, identifiers looked for, occurrences by product."""

    files: int
    identifiers: int
    hits: Mapping[str, int]


def denied_identifiers(con: Connection, night: date, *, subjects: Sequence[str] | None = None) -> Denied:
    """Identifiers of everybody and every record that a deny or an erasure speaks of on ``night``, or only of these subjects."""
    values = {"night": night, "everybody": subjects is None, "subjects": list(subjects or [])}
    found = [(str(identifier), str(kind)) for identifier, kind in rows(con, load_sql(PACKAGE, "denied_identifier"), values)]
    never = frozenset(identifier for identifier, kind in found if kind != "own")
    return Denied(never, frozenset(identifier for identifier, kind in found if kind == "own") - never)


def note_permitted_own_ids(con: Connection, product: Product) -> None:
    """Remember, from the row decisions just made (``temp.product_decision``), which denied people's own ids each table may still show.

    Taken from decisions and memberships, not from the rows handed over, so that the proof does not rest on what it proves.
    """
    _prepare(con)
    con.execute("delete from published.own_id_permit where recipient = ? and product = ?", [product.recipient, product.name]).fetchall()
    for table in product.tables:
        if table.operation is not Operation.DISCLOSE_ROW:
            continue
        presences = sorted(f"{element.split('.')[0]}.{PRESENT}" for element in table.elements if element.split(".")[0] in CONTENT)
        permitted = [own_id for (own_id,) in rows(con, load_sql(PACKAGE, "permitted_own_id"), {"presences": presences})]
        if permitted:
            values = [[product.recipient, product.name, table.name, own_id] for own_id in permitted]
            con.executemany("insert into published.own_id_permit values (?, ?, ?, ?)", values)


def scan(con: Connection, *, home: Home, products: Iterable[Product], denied: Denied) -> Scan:
    """Look for identifiers of denied people in every file of every product.

    Args:
        con: the warehouse, after every product was rebuilt or withdrawn.
        home: where products lie.
        products: products of the county's text.
        denied: as :func:`denied_identifiers`.
    """
    files = 0
    hits: dict[str, int] = {}
    for product in products:
        folder = ProductFiles.of(home, product.recipient, product.name).folder
        permitted = _permitted(con, product)
        anywhere = frozenset().union(*permitted.values())
        found = 0
        for path in sorted(folder.glob("*")):
            files += 1
            found += _in_bytes(path, denied.never | (denied.own - anywhere))
            if path.suffix == ".duckdb":
                found += _in_values(path, denied, permitted)
        if found:
            hits[product.path] = found
    return Scan(files, len(denied), hits)


def _prepare(con: Connection) -> None:
    con.execute("create schema if not exists published")
    con.execute(
        "create table if not exists published.own_id_permit (recipient varchar, product varchar, table_name varchar, own_id varchar)"
    )


def _permitted(con: Connection, product: Product) -> dict[str, frozenset[str]]:
    """Table -> own ids of denied people that it may show."""
    if not table_exists(con, "published", "own_id_permit"):
        return {}
    question = "select table_name, own_id from published.own_id_permit where recipient = $recipient and product = $product"
    found: dict[str, set[str]] = {}
    for table, own_id in rows(con, question, {"recipient": product.recipient, "product": product.name}):
        found.setdefault(str(table), set()).add(str(own_id))
    return {table: frozenset(own_ids) for table, own_ids in found.items()}


def _in_bytes(path: Path, forbidden: Iterable[str]) -> int:
    if path.stat().st_size == 0:
        return 0
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return sum(content.find(identifier.encode()) >= 0 for identifier in forbidden if len(identifier) >= SHORTEST)


def _in_values(path: Path, denied: Denied, permitted: Mapping[str, Collection[str]]) -> int:
    """How many text values of a product equal an identifier that their table may not show."""
    with open_product(path) as con:
        columns = con.execute(
            "select table_name, column_name from duckdb_columns() where not internal and data_type = 'VARCHAR' order by all"
        ).fetchall()
        found = 0
        for table, column in columns:
            values = {value for (value,) in con.execute(f'select distinct "{column}" from "{table}"').fetchall()}
            found += len(values & (denied.never | denied.own - frozenset(permitted.get(table, ()))))
        return found
