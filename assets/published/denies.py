"""A deny never waits: products are rebuilt or withdrawn as soon as a consent is revoked.

Belongs here: finding the affected products, rebuilding them from the last good data, proving absence. Does not belong here: reading
consents (assets/consented/) or building a product (publish).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from resources.home import Home
from resources.ledger import Ledger
from resources.sql import Connection

if TYPE_CHECKING:
    from assets.published.publish import PublishReport
    from contracts.county import County
    from resources.keyring import Keyring


@dataclass(frozen=True)
class DeniesReport:
    """What the denies job did; counts only.

    ``identifiers_scanned`` of the people newly denied were looked for, byte for byte, in ``files_scanned`` published files;
    ``hits`` by product are occurrences still found, and anything but none is a failure.
    """

    night: date
    subjects_newly_denied: int
    products: tuple[PublishReport, ...] = ()
    files_scanned: int = 0
    identifiers_scanned: int = 0
    hits: dict[str, int] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        """Whether no identifier of a newly denied person was found in any product that may not hold it."""
        return not any(self.hits.values())


def run_denies(con: Connection, *, county: County, home: Home, keyring: Keyring, ledger: Ledger, night: date) -> DeniesReport:
    """Apply tonight's denies to every current product.

    The caller has written tonight's ``consented`` tables (consents re-read, everything else as the last good night left it).
    Each current product is rebuilt under them; one that cannot be rebuilt is withdrawn.
    """
    raise NotImplementedError
