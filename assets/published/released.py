"""What was released of aggregate tables: the integrator's register of every figure that left, and of no other.

Belongs here: ``registers.main.release_cell``, and what of it a new release is compared with. Does not belong here: the comparison
(earlier.py), who approved a public release (public_release.py).

A row says of one cell of one version: its figure, or that it was withheld, whether for being small itself, and a keyed mark that tells
whether the count is the same in another release. No figure that was withheld is kept. So the guard needs no old product file, and
purging superseded versions weakens it in nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from assets.published.left import Mark, Released
from assets.published.suppression import Protected, protect_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import Product, ProductTable
from resources.keyring import Keyring
from resources.sql import Connection, load_sql, rows, scalar

Release = Mapping[str, Sequence[Released]]
"""Table -> its cells, as one version had them."""

_SCHEMA: Final = {
    "table_name": pl.String, "column_name": pl.String, "place": pl.String, "universe": pl.String, "group_of": pl.String, "value": pl.Int64,
    "is_small": pl.Boolean, "mark": pl.String, "period_start": pl.Date, "period_end": pl.Date,
}  # fmt: skip


@dataclass(frozen=True)
class Before:
    """What the same reader was shown before.

    ``earlier``: releases of earlier nights, those of the recipient's other products and the public ones included. ``tonight``: versions of
    this product that were made tonight already, oldest first: each of them may be the one that is made again.
    """

    earlier: tuple[Release, ...] = ()
    tonight: tuple[Release, ...] = ()


def released_before(con: Connection, product: Product, policy: DisclosurePolicy, *, decided_on: date) -> Before:
    """The last releases that a new one is compared with: as many as the county's ``difference_releases``."""
    if not policy.difference_releases:
        return Before()
    found = rows(
        con,
        load_sql("assets.published", "released_before"),
        {"recipient": product.recipient, "product": product.name, "decided_on": decided_on, "releases": policy.difference_releases},
    )
    earlier: dict[tuple[str, str], dict[str, list[Released]]] = {}
    tonight: dict[tuple[str, str], dict[str, list[Released]]] = {}
    for name, version, is_tonight, table, *cell in found:
        # Tables of another product may bear the same name; only what they say of one universe is compared.
        named = table if name == product.name else f"{name}.{table}"
        (tonight if is_tonight else earlier).setdefault((name, version), {}).setdefault(named, []).append(_cell(cell))
    return Before(tuple(earlier.values()), tuple(tonight.values()))


def protect_after(
    tables: Sequence[tuple[ProductTable, Sequence[dict[str, Any]]]],
    policy: DisclosurePolicy,
    before: Before,
    *,
    minimum: int,
    mark: Mark | None = None,
) -> dict[str, Protected]:
    """Protect a product's aggregate tables against what was released before.

    A run that comes by again ends with the version it made: tonight's own versions are no earlier releases to themselves.
    """
    for number, again in enumerate(before.tonight):
        made = protect_together(tables, policy, minimum=minimum, before=[*before.earlier, *before.tonight[:number]], mark=mark)
        left = {name: set(item.cells_left) for name, item in made.items() if item.cells_left}
        if left == {name: set(cells) for name, cells in again.items()}:
            return made
    return protect_together(tables, policy, minimum=minimum, before=[*before.earlier, *before.tonight], mark=mark)


def marked_by(keyring: Keyring, product: Product) -> Mark:
    """Marks under a secret of the recipient's: equal for equal counts of one cell in all its products."""
    return lambda name, count: keyring.mark(product.recipient, f"{name} {count}")


def note_release(
    con: Connection, product: Product, made: Iterable[tuple[str, Protected]], *, version: str, night: date, decided_on: date
) -> int:
    """Enter what a version shows, once; written before anybody can open it. Returns the cells entered."""
    account = {"recipient": product.recipient, "product": product.name, "version": version}
    held = "select count(*) from registers.main.release_cell where recipient = $recipient and product = $product and version = $version"
    values = [_values(name, cell) for name, protected in made for cell in protected.cells_left]
    if not values or scalar(con, held, account):
        return 0
    con.register("left_cells", pl.DataFrame(values, schema=_SCHEMA, orient="row").to_arrow())
    try:
        con.execute(
            "insert into registers.main.release_cell by name select $recipient as recipient, $product as product, $version as version, "
            "$night as night, $decided_on as decided_on, left_cells.* from left_cells",
            {**account, "night": night, "decided_on": decided_on},
        ).fetchall()
    finally:
        con.unregister("left_cells")
    return len(values)


def _values(table: str, cell: Released) -> tuple[Any, ...]:
    period = cell.period or (None, None)
    group = json.dumps(cell.group) if cell.universe else None
    return (table, cell.column, json.dumps(cell.place), cell.universe, group, cell.value, cell.small, cell.mark, *period)


def _cell(values: Sequence[Any]) -> Released:
    column, place, universe, group, value, small, mark, start, end = values
    period = None if start is None and end is None else (start, end)
    return Released(str(column), _pairs(place), universe, _pairs(group or "[]"), value, bool(small), str(mark), period)


def _pairs(text: str) -> tuple[tuple[str, Any], ...]:
    return tuple((str(name), value) for name, value in json.loads(text))
