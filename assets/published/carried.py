"""Counts of people in a nightly product: made anew once a period, carried over between.

Belongs here: whether tonight's version carries the tables of the one before, and reading from its manifest what they are. Does not belong
here: a product that is frozen as a whole (publish.py), the counts themselves.

Counts that are made anew every night can be subtracted from last night's. Rows of a nightly product are tonight's; its aggregate tables are
those of the period's first night, and say so (``counted_on`` in the manifest). A deny, other terms or other code make them anew at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assets.published.build import BuiltTable
from assets.published.suppression import Protected
from contracts.products import Grain, Product, ProductTable
from resources.published_files import ProductFiles

PERIODS = {"monthly": 1, "quarterly": 3}
"""Months of a period, by its name."""


@dataclass(frozen=True)
class Carried:
    """Aggregate tables as the current version has them, and the file they lie in."""

    path: Path
    tables: tuple[BuiltTable, ...]


def same_period(cadence: str, one: date, other: date) -> bool:
    """Whether two nights lie in one period of a cadence; nightly, no two do."""
    months = PERIODS.get(cadence)
    return months is not None and _period(one, months) == _period(other, months)


def _period(night: date, months: int) -> int:
    return (night.year * 12 + night.month - 1) // months


def carried(product: Product, files: ProductFiles, terms: Mapping[str, Any], night: date) -> Carried | None:
    """The aggregate tables that tonight's version carries over; None where they must be made anew.

    Args:
        product: the product; only a nightly one carries anything.
        files: where its versions lie.
        terms: what the manifest says of the terms tonight: any difference makes the tables anew.
        night: tonight. What was made tonight is made again, so that running a night twice reads its data twice.
    """
    version = files.current()
    wanted = [table for table in product.tables if table.grain is Grain.AGGREGATE]
    if product.cadence != "nightly" or version is None or not wanted:
        return None
    manifest = files.manifest(version)
    held = {table["name"]: table for table in manifest["tables"]}
    if any(manifest.get(name) != value for name, value in terms.items()) or not _all_there([table.name for table in wanted], held):
        return None
    counted = {table.name: date.fromisoformat(held[table.name]["counted_on"]) for table in wanted}
    if not all(day < night and same_period(product.aggregates, day, night) for day in counted.values()):
        return None
    return Carried(files.data(version), tuple(_carried(table, held[table.name], counted[table.name]) for table in wanted))


def _all_there(names: Collection[str], held: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(held.get(name, {}).get("counted_on") for name in names)


def _carried(table: ProductTable, held: Mapping[str, Any], counted_on: date) -> BuiltTable:
    protection = held["protection"]
    made = Protected([], protection["cells"], held["cells_withheld"], 0, protection["audited"], 0)
    return BuiltTable(table, made, protection["months"], counted_on)
