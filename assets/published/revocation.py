"""Proof about one person: what was taken back, what is decided now, and that nothing of it lies in any product.

Belongs here: asking the tables and the files about one person's subjects. Does not belong here: rebuilding (denies.py), the
scan (proof.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from assets.published.proof import denied_identifiers, scan
from contracts.county import County
from resources.home import Home
from resources.published_files import ProductFiles
from resources.sql import Connection, load_sql, rows, table_exists

PACKAGE: Final = "assets.published"


@dataclass(frozen=True)
class ProductProof:
    """One product: versions that lie there, how many were last decided before the last deny, and identifiers found that may not be."""

    product: str
    current: str | None
    versions: int
    decided_before: int
    hits: int


@dataclass(frozen=True)
class RevocationProof:
    """What holds for one person. ``denies`` are (reason, recipient or everybody, element class or everything, since) of its subjects."""

    subjects: int
    consents: dict[str, int]
    denies: tuple[tuple[str, str, str, date], ...]
    identifiers: int
    files: int
    products: tuple[ProductProof, ...]

    @property
    def proven(self) -> bool:
        """Whether something was taken away, nothing of it was found, and no product was decided before the last deny."""
        return bool(self.denies) and not any(item.hits or item.decided_before for item in self.products)


def prove(con: Connection, *, county: County, home: Home, subjects: Sequence[str], night: date) -> RevocationProof:
    """Look for one person in every product, by decision, by value and by byte.

    Args:
        con: the warehouse, read-only will do.
        county: tonight's terms.
        home: where products lie.
        subjects: the person's subjects.
        night: the night of the denies looked at.
    """
    values = {"subjects": list(subjects), "night": night}
    denies = tuple(
        (str(reason), str(to), str(what), since) for reason, to, what, since in rows(con, load_sql(PACKAGE, "person_denies"), values)
    )
    consents = {str(state): int(number) for state, number in rows(con, load_sql(PACKAGE, "person_consents"), values)}
    denied = denied_identifiers(con, night, subjects=subjects)
    last = max((since for _, _, _, since in denies), default=None)
    found = scan(con, home=home, products=county.products, denied=denied)
    confirmed = _confirmed(con, last)
    products = []
    for product in sorted(county.products, key=lambda item: item.path):
        files = ProductFiles.of(home, product.recipient, product.name)
        versions = files.versions()
        before = sum(
            last is not None
            and date.fromisoformat(files.manifest(version)["decided_on"]) < last
            and (product.path, version) not in confirmed
            for version in versions
        )
        products.append(ProductProof(product.path, files.current(), len(versions), before, found.hits.get(product.path, 0)))
    return RevocationProof(len(subjects), consents, denies, len(denied), found.files, tuple(products))


def _confirmed(con: Connection, since: date | None) -> frozenset[tuple[str, str]]:
    """Versions that were decided anew since then and came out the same, which leaves the file and its manifest as they were."""
    if since is None or not table_exists(con, "published", "version"):
        return frozenset()
    question = "select recipient || '/' || product, version from published.version where night >= $since and version is not null"
    return frozenset((str(path), str(version)) for path, version in rows(con, question, {"since": since}))
