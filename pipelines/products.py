"""What is published now, in figures.

Belongs here: reading manifests and CURRENT for the account that a command gives. Does not belong here: publishing, and rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from contracts.county import County
from pipelines.clock import today
from resources.home import Home
from resources.published_files import NoSuchProduct, ProductFiles, current_product
from resources.warehouse import Warehouse


class Standing(StrEnum):
    """Whether readers get a product today."""

    CURRENT = "current"
    STALE = "stale"  # its terms or its freshness ran out; readers refuse it
    WITHDRAWN = "withdrawn"
    ABSENT = "absent"  # never published


@dataclass(frozen=True)
class ProductState:
    """One product of the county as it stands."""

    name: str
    standing: Standing
    version: str | None = None
    night: date | None = None
    valid_until: date | None = None
    path: str | None = None
    tables: dict[str, int] = field(default_factory=dict)
    logical_hashes: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        """Whether a reader gets it."""
        return self.standing is Standing.CURRENT


def product_states(home: Home, county: County) -> list[ProductState]:
    """Every product of the county's text, published or not."""
    day = today(county, home)
    withheld = _withheld(home)
    return [
        _state(home, product.recipient, product.name, day, withheld.get(product.path, {}))
        for product in sorted(county.products, key=lambda item: item.path)
    ]


def _withheld(home: Home) -> dict[str, dict[str, int]]:
    """People withheld from each product by reason: the integrator's account, which no recipient's manifest carries."""
    import duckdb

    from assets.published.withheld import withheld_by_reason

    if not home.warehouse.exists():
        return {}
    try:
        with Warehouse(home).reader() as con:
            return withheld_by_reason(con)
    except duckdb.IOException:
        return {}  # a run is writing; its account follows


def _state(home: Home, recipient: str, name: str, day: date, withheld: dict[str, int]) -> ProductState:
    title = f"{recipient}/{name}"
    try:
        current = current_product(home, recipient, name)
    except NoSuchProduct:
        known = ProductFiles.of(home, recipient, name).folder.is_dir()
        return ProductState(title, Standing.WITHDRAWN if known else Standing.ABSENT, withheld=withheld)
    # Tables whose name begins with _ explain the product from within.
    tables = [table for table in current.manifest["tables"] if not table["name"].startswith("_")]
    return ProductState(
        name=title,
        standing=Standing.STALE if day >= current.valid_until else Standing.CURRENT,
        version=current.version,
        night=current.night,
        valid_until=current.valid_until,
        path=str(current.data),
        tables={table["name"]: int(table["rows"]) for table in tables},
        logical_hashes={table["name"]: str(table["logical_hash"]) for table in tables},
        withheld=withheld,
    )
