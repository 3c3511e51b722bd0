"""Proof that what was erased is nowhere in the home: by key in deliveries, by value in databases, by byte in every file.

Belongs here: looking. Does not belong here: removing (erasure.py), and anything about products that decisions permit (proof.py).

Looked for are the numbers by which the vendors know the records and the people: strings that would be in no other row. Names are shared by
many people and prove nothing; they went with the rows that carried them.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from assets.published.erasure import Plan, plan
from assets.published.proof import SHORTEST
from contracts.county import County
from resources.fresh_copy import values_found
from resources.home import Home
from resources.sql import Connection

NOT_LOOKED_AT: Final = frozenset({"keys", "county_systems", "simulated_county", "terms"})
"""Folders of the home that hold no row the integrator took: secrets, the county's text, what agencies hold of a demo county."""


@dataclass(frozen=True)
class ErasureProof:
    """What looking came to: files read, identifiers looked for, and occurrences by place (a folder or database, never a value)."""

    files: int
    identifiers: int
    hits: Mapping[str, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether nothing was found, and every delivery could be read."""
        return not self.hits and not self.unread

    def account(self) -> dict[str, Any]:
        """What the ledger says of it."""
        hits = [{"place": place, "hits": number} for place, number in sorted(self.hits.items())]
        return {
            "files_scanned": self.files,
            "identifiers_scanned": self.identifiers,
            "hits": hits,
            "sources_unread": list(self.unread),
            "proven": self.proven,
        }


def prove_erasure(con: Connection, planned: Plan, *, county: County, home: Home, night: date) -> ErasureProof:
    """Look for what a plan erased in every place of the home.

    Args:
        con: a connection for temporary objects with the warehouse's tables; read-only will do.
        planned: the erasure, as it was planned before anything was removed.
        county: tonight's terms.
        home: what is looked through.
        night: tonight.
    """
    left = plan(con, planned.erased, county=county, home=home, night=night)
    hits = dict(left.places)
    values = {name for name in planned.identifiers if len(name) >= SHORTEST}
    files = 0
    for path in _files(home):
        files += 1
        if number := in_bytes(path, values):
            place = path.relative_to(home.root).parts[0]
            hits[f"bytes of {place}"] = hits.get(f"bytes of {place}", 0) + number
    return ErasureProof(files, len(planned.identifiers), hits, left.unread)


def in_databases(home: Home, planned: Plan) -> dict[str, int]:
    """Rows of the closed databases that hold an identifier whole; the files must not be open for writing."""
    values = {name for name in planned.identifiers if len(name) >= SHORTEST}
    files = [path for path in (home.warehouse, home.registers) if path.exists()]
    found = {path.name: values_found(path, values) for path in files}
    return {name: number for name, number in found.items() if number}


def in_bytes(path: Path, values: Iterable[str]) -> int:
    """How many of these texts occur in a file's bytes."""
    if path.stat().st_size == 0:
        return 0
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return sum(content.find(value.encode()) >= 0 for value in values)


def _files(home: Home) -> Iterable[Path]:
    for path in sorted(home.root.rglob("*")):
        if path.is_file() and path.relative_to(home.root).parts[0] not in NOT_LOOKED_AT:
            yield path
