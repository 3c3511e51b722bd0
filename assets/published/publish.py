"""One product, from decisions to the file a recipient opens.

Belongs here: the order of the steps and what is reported of them. Does not belong here: any single step (decisions: scope_for_product;
tables: build; small cells: suppression; files: file; withheld: withheld).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from contracts.products import Product
from resources.home import Home
from resources.ledger import Ledger
from resources.sql import Connection

if TYPE_CHECKING:
    from contracts.county import County
    from resources.keyring import Keyring


@dataclass(frozen=True)
class TableReport:
    """One published table: counts only."""

    name: str
    rows: int
    cells_withheld: int
    logical_hash: str


@dataclass(frozen=True)
class PublishReport:
    """What publishing one product did.

    ``verdict`` is ``published`` (a new version is current), ``unchanged`` (this version was current already) or ``withdrawn``
    (nothing may be read any more: ``reason`` says why).
    """

    recipient: str
    product: str
    verdict: str
    version: str | None
    night: date
    valid_until: date | None
    tables: tuple[TableReport, ...] = ()
    withheld: dict[str, int] = field(default_factory=dict)
    reason: str | None = None


def publish_product(
    product: Product,
    *,
    county: County,
    con: Connection,
    home: Home,
    keyring: Keyring,
    ledger: Ledger,
    night: date,
    run_id: str,
) -> PublishReport:
    """Decide, build, protect and publish one product of tonight.

    Args:
        product: what to publish, from the county's text.
        county: tonight's terms.
        con: the warehouse, writable, at stages consented to measured of ``night``.
        home: where products and the ledger lie.
        keyring: secrets for pseudonyms.
        ledger: where the disclosure is accounted for, before it can be seen.
        night: tonight.
        run_id: the run, for manifest and ledger; it does not influence the version.
    """
    raise NotImplementedError
