"""A deny never waits: products are rebuilt or withdrawn as soon as a consent is revoked.

Belongs here: finding the affected products, rebuilding them from the last good data, proving absence. Does not belong here: reading
consents (assets/consented/) or building a product (publish).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assets.published.file import withdraw
from assets.published.proof import denied_identifiers, scan
from assets.published.publish import PublishReport, publish_product, withdraw_product
from contracts.county import County
from contracts.products import Product
from resources.home import Home
from resources.integrator import describe
from resources.keyring import Keyring
from resources.ledger import EntryKind, Ledger
from resources.published_files import ProductFiles
from resources.sql import Connection, scalar


@dataclass(frozen=True)
class DeniesReport:
    """What the denies job did; counts only.

    ``identifiers_scanned`` of everybody a deny speaks of were looked for, byte for byte and value for value, in ``files_scanned`` published
    files; ``hits`` by product are occurrences still found, and anything but none is a failure. ``failures`` name the products that could
    not be rebuilt and the kind of error, ``why`` says it in words without values.
    """

    night: date
    subjects_newly_denied: int
    products: tuple[PublishReport, ...] = ()
    files_scanned: int = 0
    identifiers_scanned: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        """Whether no identifier of a denied person was found in any product that may not hold it."""
        return not any(self.hits.values())


def run_denies(
    con: Connection, *, county: County, home: Home, keyring: Keyring, ledger: Ledger, night: date, run_id: str = "denies"
) -> DeniesReport:
    """Apply the denies of ``night`` to every product that anybody can read.

    The caller has written the ``consented`` tables of ``night`` (consents re-read); everything else is as the last good night left it, and
    a rebuilt version is of that night. A product that cannot be rebuilt is withdrawn: a late product harms less than a wrong one. So is a
    product that the county's text no longer has.

    Args:
        con: the warehouse, writable.
        county: tonight's terms.
        home: where products lie.
        keyring: secrets for pseudonyms.
        ledger: where rebuilding, withdrawing and the proof are accounted for.
        night: the night of the denies.
        run_id: the run.
    """
    reports: list[PublishReport] = []
    failures: dict[str, str] = {}
    why: dict[str, str] = {}
    for product in sorted(county.products, key=lambda item: item.path):
        version = ProductFiles.of(home, product.recipient, product.name).current()
        if version is None:
            continue
        data_night = date.fromisoformat(version[:10])
        kind = ""
        try:
            reports.append(
                publish_product(
                    product,
                    county=county,
                    con=con,
                    home=home,
                    keyring=keyring,
                    ledger=ledger,
                    night=data_night,
                    run_id=run_id,
                    decided_on=max(night, data_night),
                )
            )
        except Exception as error:
            kind, why[product.path] = type(error).__name__, describe(error)
        if kind:
            failures[product.path] = kind
            reports.append(
                withdraw_product(product, con=con, home=home, ledger=ledger, night=night, run_id=run_id, reason="rebuild_failed")
            )
    _withdraw_strangers(county, home, ledger, night, run_id)
    denied = denied_identifiers(con, night)
    found = scan(con, home=home, products=_known(county), denied=denied)
    report = DeniesReport(
        night=night,
        subjects_newly_denied=int(
            scalar(con, "select count(distinct subject_id) from consented.deny where from_night = $night", {"night": night})
        ),
        products=tuple(reports),
        files_scanned=found.files,
        identifiers_scanned=found.identifiers,
        hits=dict(found.hits),
        failures=failures,
        why=why,
    )
    _account(ledger, report, run_id)
    return report


def _withdraw_strangers(county: County, home: Home, ledger: Ledger, night: date, run_id: str) -> None:
    """Take away every product that the county's text does not have: nobody decides about it any more."""
    known = {product.path for product in county.products}
    for folder in sorted(home.published.glob("*/*")):
        path = f"{folder.parent.name}/{folder.name}"
        files = ProductFiles(folder)
        if path not in known and (files.current() is not None or files.versions()):
            removed = withdraw(files)
            ledger.append(EntryKind.WITHDRAWN, night=night, product=path, run_id=run_id, reason="not_in_terms", versions=removed)


def _known(county: County) -> list[Product]:
    return sorted(county.products, key=lambda item: item.path)


def _account(ledger: Ledger, report: DeniesReport, run_id: str) -> None:
    ledger.append(
        EntryKind.DENIES,
        night=report.night,
        run_id=run_id,
        subjects_newly_denied=report.subjects_newly_denied,
        products=[
            {"product": f"{item.recipient}/{item.product}", "verdict": item.verdict.value, "version": item.version}
            for item in report.products
        ],
        files_scanned=report.files_scanned,
        identifiers_scanned=report.identifiers_scanned,
        hits=[{"product": path, "hits": number} for path, number in sorted(report.hits.items())],
        failures=[{"product": path, "error": kind} for path, kind in sorted(report.failures.items())],
        proven=report.proven,
    )
