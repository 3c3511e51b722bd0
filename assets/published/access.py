"""Who read which product, how often, and whether it was theirs to read: what an officer goes through from time to time.

Belongs here: putting the ledger's and the spools' notes of reading beside the county's text. Does not belong here: who may read (the file's
owner decides, agencies.yaml says who that should be), the ledger itself, printing.

A note names an account of the operating system, a product and counts; no person of any record, and no question's text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from contracts.agencies import Agencies, Person, PersonRole
from contracts.products import Product
from resources.ledger import EntryKind

READERS: Final = frozenset({PersonRole.ANALYST, PersonRole.PRIVACY_OFFICER, PersonRole.GOVERNANCE_OFFICER})
"""Roles whose work is reading their own agency's products."""


class Standing(StrEnum):
    """Whether an account had a product to read."""

    ENTITLED = "entitled"  # of the recipient agency, in a role that reads
    INTEGRATOR = "integrator"  # who made it may look at it
    ROLE_DOES_NOT_READ = "role_does_not_read"  # of the agency, but its work is another
    OTHER_AGENCY = "other_agency"
    UNKNOWN_ACCOUNT = "unknown_account"  # nobody of agencies.yaml reads under it
    UNKNOWN_PRODUCT = "unknown_product"  # the county's text has no such product, any more or at all


FINE: Final = frozenset({Standing.ENTITLED, Standing.INTEGRATOR})


@dataclass(frozen=True)
class Note:
    """One reading as it was noted: by which account, of what, on which day; ``refused`` where nothing was answered."""

    account: str
    product: str
    day: date
    rows: int = 0
    exported: bool = False
    refused: bool = False


@dataclass(frozen=True)
class Access:
    """What one account did with one product in the period."""

    account: str
    login: str | None
    agency: str | None
    role: str | None
    product: str
    standing: Standing
    queries: int
    exports: int
    refused: int
    rows: int
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Idle:
    """Somebody who may read and has not for so long; ``last_on`` is None for who never did."""

    login: str
    agency: str
    role: str
    last_on: date | None


@dataclass(frozen=True)
class Review:
    """Everything to be gone through: readings, products nobody opened, people without a reason to keep their access, the last review."""

    since: date
    until: date
    idle_days: int
    accesses: tuple[Access, ...]
    unopened: tuple[str, ...]
    idle: tuple[Idle, ...]
    unreadable: int
    last_reviewed_on: date | None
    last_reviewed_by: str | None

    @property
    def wrong(self) -> tuple[Access, ...]:
        """Readings of accounts that had nothing to read there; a refused attempt among them."""
        return tuple(item for item in self.accesses if item.standing not in FINE)

    def counts(self) -> dict[str, int]:
        """What the ledger keeps of a review: counts, no account."""
        held = {f"accesses_{standing}": sum(item.standing is standing for item in self.accesses) for standing in Standing}
        return held | {"products_unopened": len(self.unopened), "people_idle": len(self.idle), "notes_unreadable": self.unreadable}


def notes_of(entries: Iterable[Mapping[str, Any]], spooled: Iterable[tuple[str, Mapping[str, Any] | None]]) -> tuple[tuple[Note, ...], int]:
    """Readings that were noted, sealed or not yet, and how many notes cannot be read.

    Args:
        entries: the ledger's entries.
        spooled: (account, fields) of notes that wait to be sealed; None for a line that is no note.
    """
    sealed = [(str(entry["fields"].get("spool", "")), entry["fields"]) for entry in entries if entry["kind"] == EntryKind.QUERIED]
    found = [_note(account, fields) for account, fields in (*sealed, *spooled)]
    return tuple(note for note in found if note is not None), sum(note is None for note in found)


def _note(account: str, fields: Mapping[str, Any] | None) -> Note | None:
    try:
        held = fields or {}
        return Note(
            account=account,
            product=str(held["product"]),
            day=date.fromisoformat(str(held["asked_on"])),
            rows=int(held.get("rows", 0)),
            exported="exported" in held,
            refused=bool(held.get("refused", False)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def review(
    entries: Sequence[Mapping[str, Any]],
    spooled: Iterable[tuple[str, Mapping[str, Any] | None]],
    *,
    agencies: Agencies,
    products: Collection[Product],
    since: date,
    until: date,
    idle_days: int,
) -> Review:
    """Go through who read what.

    Args:
        entries: the ledger's entries, oldest first.
        spooled: notes of reading that wait to be sealed.
        agencies: who there is, and under which accounts.
        products: the county's products.
        since: first day looked at.
        until: last day looked at.
        idle_days: days without any reading after which somebody who may read is listed.
    """
    notes, unreadable = notes_of(entries, spooled)
    by_path = {product.path: product for product in products}
    within = [note for note in notes if since <= note.day <= until]
    kept: dict[tuple[str, str], list[Note]] = {}
    for note in within:
        kept.setdefault((note.account, note.product), []).append(note)
    accesses = tuple(_access(found, agencies, by_path) for _, found in sorted(kept.items()))
    opened = {note.product for note in within if not note.refused}
    reviews = [entry for entry in entries if entry["kind"] == EntryKind.ACCESS_REVIEWED]
    last = reviews[-1]["fields"] if reviews else {}
    return Review(
        since=since,
        until=until,
        idle_days=idle_days,
        accesses=accesses,
        unopened=tuple(path for path in sorted(by_path) if path not in opened),
        idle=_idle(agencies, notes, {product.agency for product in products}, before=until - timedelta(days=idle_days), until=until),
        unreadable=unreadable,
        last_reviewed_on=date.fromisoformat(str(last["reviewed_on"])) if last else None,
        last_reviewed_by=str(last["by"]) if last else None,
    )


def _access(notes: Sequence[Note], agencies: Agencies, by_path: Mapping[str, Product]) -> Access:
    """What the notes of one account about one product come to."""
    account, product = notes[0].account, notes[0].product
    agency, person = agencies.accounts.get(account, (None, None))
    return Access(
        account=account,
        login=person.login if person else None,
        agency=agency,
        role=person.role.value if person else None,
        product=product,
        standing=_standing(agency, person, by_path.get(product), agencies),
        queries=sum(not (note.exported or note.refused) for note in notes),
        exports=sum(note.exported for note in notes),
        refused=sum(note.refused for note in notes),
        rows=sum(note.rows for note in notes),
        first_on=min(note.day for note in notes),
        last_on=max(note.day for note in notes),
    )


def _standing(agency: str | None, person: Person | None, product: Product | None, agencies: Agencies) -> Standing:
    if person is None:
        return Standing.UNKNOWN_ACCOUNT
    if product is None:
        return Standing.UNKNOWN_PRODUCT
    if agency == agencies.integrator:
        return Standing.INTEGRATOR
    if agency != product.agency:
        return Standing.OTHER_AGENCY
    return Standing.ENTITLED if person.role in READERS else Standing.ROLE_DOES_NOT_READ


def _idle(agencies: Agencies, notes: Iterable[Note], receiving: Collection[str], *, before: date, until: date) -> tuple[Idle, ...]:
    """People whose agency receives a product and whose role reads, but who opened nothing since ``before``."""
    last: dict[str, date] = {}
    for note in notes:
        if not note.refused and note.day <= until and note.account in agencies.accounts:
            login = agencies.accounts[note.account][1].login
            last[login] = max(note.day, last.get(login, note.day))
    found = [
        Idle(person.login, name, person.role.value, last.get(person.login))
        for name in sorted(receiving)
        for person in agencies.agencies[name].people
        if person.role in READERS
    ]
    return tuple(
        sorted((item for item in found if item.last_on is None or item.last_on < before), key=lambda item: (item.agency, item.login))
    )
