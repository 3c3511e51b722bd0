"""What the scope document says, gathered: the facts of one night behind every sentence of it.

Belongs here: reading terms, tables, manifests and the ledger into plain values without any person. Does not belong here: HTML
(scope_document.py), lineage across stages (the caller walks it), deciding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from assets.consented.sharing import Changed, Shared, changes, matrix
from assets.published.coverage import Coverage, coverage
from contracts.county import County
from contracts.instruments import Standing, standing
from contracts.law import Cited
from resources.home import Home
from resources.ledger import Ledger
from resources.published_files import NoSuchProduct, current_product
from resources.sql import Connection, load_sql, rows, table_exists

PACKAGE: Final = "assets.published"
HORIZONS: Final = (30, 60, 90)
"""Days within which an instrument's end is shown apart."""


@dataclass(frozen=True)
class InstrumentFact:
    """One instrument as it stands on the night, and how long it still does."""

    id: str
    kind: str
    title: str
    parties: tuple[str, ...]
    standing: str
    effective_from: date
    expires_on: date
    days_left: int
    counsel_review: str
    clauses: int


@dataclass(frozen=True)
class ProductFact:
    """One product as readers get it."""

    path: str
    title: str
    recipient: str
    form: str
    purposes: tuple[str, ...]
    version: str
    valid_until: str
    clauses: tuple[str, ...]
    tables: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ScopeFacts:
    """Everything the document says. ``lines`` is the sharing matrix; ``changed`` what differs from the run before."""

    county: str
    night: date
    run_id: str
    terms_sha256: str
    code_sha256: str
    previous: date | None
    lines: tuple[Shared, ...]
    changed: tuple[Changed, ...]
    instruments: tuple[InstrumentFact, ...]
    rules: tuple[Cited, ...]
    products: tuple[ProductFact, ...]
    coverage: tuple[Coverage, ...]
    protection: tuple[tuple[Any, ...], ...]
    links: tuple[tuple[Any, ...], ...]
    accuracy: tuple[tuple[Any, ...], ...]
    model: str
    deliveries: tuple[tuple[Any, ...], ...]
    withheld: tuple[tuple[str, str, int], ...]
    ledger_entries: int
    ledger_head: str
    ledger_sound: bool

    @property
    def unread(self) -> tuple[str, ...]:
        """Instruments that no counsel has reviewed."""
        return tuple(item.id for item in self.instruments if not item.counsel_review)

    def ending(self, days: int) -> tuple[InstrumentFact, ...]:
        """Instruments in force that end within so many days, and within no shorter horizon."""
        shorter = max((horizon for horizon in HORIZONS if horizon < days), default=-1)
        return tuple(item for item in self.instruments if item.standing == Standing.IN_FORCE and shorter < item.days_left <= days)


def scope_facts(
    con: Connection, *, county: County, previous: tuple[date, County] | None, home: Home, night: date, run_id: str, code: str
) -> ScopeFacts:
    """Gather the facts of one night.

    Args:
        con: the warehouse with ``registers`` attached, after the products of the night.
        county: the night's terms.
        previous: the night before that was run, and its terms; None on the first.
        home: where products and the ledger lie.
        night: the night.
        run_id: the run.
        code: sha256 of the code.
    """
    lines = matrix(county, night)
    report = Ledger(home).verify()
    return ScopeFacts(
        county=county.text.name,
        night=night,
        run_id=run_id,
        terms_sha256=county.sha256,
        code_sha256=code,
        previous=previous[0] if previous else None,
        lines=lines,
        changed=changes(matrix(previous[1], previous[0]), lines) if previous else (),
        instruments=_instruments(county, night),
        rules=county.law.cited,
        products=_products(county, home),
        coverage=coverage(con, least=county.disclosure.minimum_cell),
        protection=_asked(con, ("published", "protection"), "scope_protection", night),
        links=_asked(con, ("linked", "membership"), "scope_links", night),
        accuracy=_accuracy(con),
        model=county.linkage.model,
        deliveries=_asked(con, ("main", "night_item"), "scope_deliveries", night),
        withheld=_asked(con, ("published", "decision_count"), "scope_withheld", night),
        ledger_entries=report.entries,
        ledger_head=report.head,
        ledger_sound=report.sound,
    )


def _instruments(county: County, night: date) -> tuple[InstrumentFact, ...]:
    by_id = {item.id: item for item in county.instruments}
    return tuple(
        InstrumentFact(
            id=item.id,
            kind=item.kind.value,
            title=item.title,
            parties=tuple(party.agency for party in item.parties),
            standing=standing(item, by_id, night).value,
            effective_from=item.effective_from,
            expires_on=item.expires_on,
            days_left=(item.expires_on - night).days,
            counsel_review=f"{item.counsel_review.name}, {item.counsel_review.reviewed_on}" if item.counsel_review else "",
            clauses=len(item.clauses),
        )
        for _, item in sorted(by_id.items())
    )


def _products(county: County, home: Home) -> tuple[ProductFact, ...]:
    found = []
    for product in sorted(county.products, key=lambda item: item.path):
        try:
            current = current_product(home, product.recipient, product.name)
        except NoSuchProduct:
            manifest: Mapping[str, Any] = {"valid_until": "not published", "clauses": [], "tables": []}
            version = "not published"
        else:
            manifest, version = current.manifest, current.version
        found.append(
            ProductFact(
                path=product.path,
                title=product.title,
                recipient=product.agency,
                form=product.form.value,
                purposes=tuple(sorted(purpose.value for purpose in product.purposes)),
                version=version,
                valid_until=str(manifest["valid_until"]),
                clauses=tuple(manifest["clauses"]),
                tables=tuple(manifest["tables"]),
            )
        )
    return tuple(found)


def _asked(con: Connection, needs: tuple[str, str], question: str, night: date) -> tuple[Any, ...]:
    if not table_exists(con, *needs):
        return ()
    return tuple(rows(con, load_sql(PACKAGE, question), {"night": night}))


def _accuracy(con: Connection) -> tuple[Any, ...]:
    if not table_exists(con, "main", "linkage_accuracy"):
        return ()
    return tuple(rows(con, load_sql(PACKAGE, "scope_accuracy")))


def soon(facts: ScopeFacts) -> Sequence[tuple[int, tuple[InstrumentFact, ...]]]:
    """Instruments by the horizon within which they end."""
    return [(days, facts.ending(days)) for days in HORIZONS]
