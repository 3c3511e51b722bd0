"""One product, from decisions to the file a recipient opens.

Belongs here: the order of the steps and what is reported of them. Does not belong here: any single step (decisions: scope_for_product;
tables: build; small cells: suppression; files: file; withheld: withheld).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from assets.published.carried import same_period
from assets.published.disclosed import note_disclosures
from assets.published.file import make_current, place, purge, version_of, withdraw
from assets.published.manifest import manifest_of
from assets.published.released import note_release
from assets.published.scope_for_product import Decided
from assets.published.suppression import Protected
from assets.published.withheld import note_decisions, note_protection, note_version
from assets.published.work import Worked, Workplace, worked_out
from contracts.county import County
from contracts.products import Product
from resources.home import Home
from resources.keyring import Keyring
from resources.ledger import EntryKind, Ledger
from resources.published_files import ProductFiles
from resources.sql import Connection


class PublishVerdict(StrEnum):
    """What became of a product."""

    PUBLISHED = "published"  # a new version is current
    UNCHANGED = "unchanged"  # this version was current already
    WITHDRAWN = "withdrawn"  # nothing of it may be read any more


@dataclass(frozen=True)
class TableReport:
    """One published table: counts only."""

    name: str
    rows: int
    cells_withheld: int
    logical_hash: str


@dataclass(frozen=True)
class PublishReport:
    """What publishing one product did: counts, hashes and names of the county's own text.

    ``withheld`` counts decisions by the reason that denied; ``reason`` says why a product was withdrawn.
    """

    recipient: str
    product: str
    verdict: PublishVerdict
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
    decided_on: date | None = None,
) -> PublishReport:
    """Decide, build, protect and publish one product of tonight.

    The ledger is written before anybody can see the version and again after; publishing the same night again with the same data and terms
    names the same version and leaves it as it is. A monthly or quarterly product stays as it is until its period ends, whatever the nights
    bring: only a deny or a lapse of its terms moves it. What readers noted of their queries enters the ledger on the way.

    Args:
        product: what to publish, from the county's text.
        county: tonight's terms.
        con: the warehouse, writable, at stages consented to measured of ``night``.
        home: where products and the ledger lie.
        keyring: secrets for pseudonyms.
        ledger: where the disclosure is accounted for.
        night: the night of the data; it is in the version's name.
        run_id: the run, for manifest and ledger; it does not influence the version.
        decided_on: the night of the decisions, if it is a later one (the denies job); default ``night``.

    Raises:
        PublishFault: if a version of that name holds something else.
        BuildFault: if the product's text names a column that its question does not answer.
        DisclosureFault: if a table cannot be protected as declared.
    """
    workplace = Workplace(con, county, home, keyring, night, decided_on or night, thawed=decided_on is not None)
    files = ProductFiles.of(home, product.recipient, product.name)
    ledger.seal_spools(night=workplace.decided_on)
    with worked_out(product, workplace) as worked:
        withheld = note_decisions(con, product, workplace.decided_on, worked.decided)
        note_protection(con, product, workplace.decided_on, worked.built)
        _account_decided(ledger, product, workplace.decided_on, run_id, worked.decided)
        if worked.file is None:
            return withdraw_product(
                product,
                con=con,
                home=home,
                ledger=ledger,
                night=workplace.decided_on,
                run_id=run_id,
                reason="nothing_permitted",
                withheld=withheld,
            )
        if is_frozen(product, files.current(), workplace):
            return _frozen(product, con, files, workplace.decided_on, withheld)
        manifest = _manifest(product, worked, run_id)
        version = str(manifest["version"])
        is_new = files.current() != version
        account = {"product": product.path, "version": version, "run_id": run_id}
        if is_new:
            ledger.append(EntryKind.PUBLISHING, night=workplace.decided_on, **account, **_disclosed(worked, manifest))
        note_disclosures(con, product, worked.shown, version=version, night=workplace.decided_on)
        note_release(con, product, _made_anew(worked), version=version, night=night, decided_on=workplace.decided_on)
        place(files, worked.file, manifest, worked.notice)
        make_current(files, version)
        _account_published(ledger, workplace.decided_on, account)
        days = county.text.retention.superseded_products_days
        _purge(product, files, ledger, days=days, night=workplace.decided_on, run_id=run_id)
        verdict = PublishVerdict.PUBLISHED if is_new else PublishVerdict.UNCHANGED
        note_version(
            con, product, workplace.decided_on, verdict=verdict, version=version, valid_until=worked.terms.valid_until, reason=None
        )
        return PublishReport(product.recipient, product.name, verdict, version, night, worked.terms.valid_until, _tables(worked), withheld)


def is_frozen(product: Product, current: str | None, workplace: Workplace) -> bool:
    """Whether a product that is published once a period has its version already. The denies job thaws it; the same night makes it again."""
    if current is None or workplace.thawed:
        return False
    made = date.fromisoformat(current[:10])
    return made < workplace.night and same_period(product.cadence, made, workplace.night)


def _made_anew(worked: Worked) -> list[tuple[str, Protected]]:
    """Aggregate tables that this version counts itself: what it carries over was released before."""
    return [(item.table.name, item.protected) for item in worked.built if item.protected is not None and item.carried_from is None]


def _frozen(product: Product, con: Connection, files: ProductFiles, night: date, withheld: dict[str, int]) -> PublishReport:
    """The report of a quarterly product that stays as it is."""
    version = str(files.current())
    manifest = files.manifest(version)
    valid_until = date.fromisoformat(manifest["valid_until"])
    tables = tuple(
        TableReport(table["name"], table["rows"], table["cells_withheld"], table["logical_hash"]) for table in manifest["tables"]
    )
    verdict = PublishVerdict.UNCHANGED
    note_version(con, product, night, verdict=verdict, version=version, valid_until=valid_until, reason="frozen")
    day = date.fromisoformat(manifest["night"])
    return PublishReport(product.recipient, product.name, verdict, version, day, valid_until, tables, withheld)


def withdraw_product(
    product: Product,
    *,
    con: Connection,
    home: Home,
    ledger: Ledger,
    night: date,
    run_id: str,
    reason: str,
    withheld: Mapping[str, int] | None = None,
) -> PublishReport:
    """Take a product away, whatever of it is there, and account for it.

    Args:
        product: what to withdraw.
        con: the warehouse, writable.
        home: where products lie.
        ledger: where the withdrawal is accounted for.
        night: tonight.
        run_id: the run.
        reason: one word for why: ``nothing_permitted``, ``rebuild_failed``.
        withheld: decisions by the reason that denied, where they were made.
    """
    files = ProductFiles.of(home, product.recipient, product.name)
    removed = withdraw(files)
    # Asked of the ledger and not of the folder: a run killed after the removal must still account for it.
    if _last_account(ledger, product.path)[0] in {EntryKind.PUBLISHING, EntryKind.PUBLISHED}:
        ledger.append(EntryKind.WITHDRAWN, night=night, product=product.path, run_id=run_id, reason=reason, versions=removed)
    note_version(con, product, night, verdict=PublishVerdict.WITHDRAWN, version=None, valid_until=None, reason=reason)
    return PublishReport(product.recipient, product.name, PublishVerdict.WITHDRAWN, None, night, None, (), dict(withheld or {}), reason)


def _manifest(product: Product, worked: Worked, run_id: str) -> dict[str, Any]:
    manifest = manifest_of(product, worked.terms, worked.built, worked.written, notice_sha256=worked.notice_sha256, run_id=run_id)
    return {**manifest, "version": version_of(worked.terms.night, manifest)}


def _disclosed(worked: Worked, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the account of a disclosure says: terms, tables and counts; no person and no consent."""
    return {
        "purposes": manifest["purposes"],
        "form": manifest["form"],
        "clauses": manifest["clauses"],
        "instruments": manifest["instruments"],
        "valid_until": manifest["valid_until"],
        "terms_sha256": manifest["terms_sha256"],
        "consents": sum(item.consents for item in worked.decided),
        "tables": [{"name": table["name"], "rows": table["rows"], "logical_hash": table["logical_hash"]} for table in manifest["tables"]],
    }


def _account_decided(ledger: Ledger, product: Product, night: date, run_id: str, decided: Sequence[Decided]) -> None:
    """Enter the sets of decisions of a product, whatever becomes of it; once a night, unless a rerun decided otherwise."""
    said = [
        {
            "operation": item.operation.value,
            "reasons": [{"reason": reason, "decisions": number} for reason, number in sorted(item.reasons.items())],
            "clauses": list(item.clauses),
            "mark": item.mark,
        }
        for item in decided
    ]
    told = (entry for entry in reversed(ledger.entries()) if entry["kind"] == EntryKind.DECIDED)
    last = next((entry for entry in told if entry["fields"]["product"] == product.path), None)
    is_told = last is not None and (last["night"], last["fields"]["decided"]) == (night.isoformat(), said)
    if said and not is_told:
        ledger.append(EntryKind.DECIDED, night=night, product=product.path, run_id=run_id, decided=said)


def _account_published(ledger: Ledger, night: date, account: Mapping[str, Any]) -> None:
    """Say that readers get the version; once, however often a killed or repeated run comes by here."""
    kind, version = _last_account(ledger, account["product"])
    if (kind, version) != (EntryKind.PUBLISHED, account["version"]):
        ledger.append(EntryKind.PUBLISHED, night=night, **account)


def _last_account(ledger: Ledger, path: str) -> tuple[str | None, str | None]:
    """What the ledger last said of who may read a product, and of which version."""
    kinds = {EntryKind.PUBLISHING, EntryKind.PUBLISHED, EntryKind.WITHDRAWN}
    for entry in reversed(ledger.entries()):
        if entry["kind"] in kinds and entry["fields"]["product"] == path:
            return entry["kind"], entry["fields"].get("version")
    return None, None


def _purge(product: Product, files: ProductFiles, ledger: Ledger, *, days: int, night: date, run_id: str) -> None:
    removed = purge(files, keep=lambda version: product.keeps(date.fromisoformat(version[:10]), night, days))
    if removed:
        ledger.append(EntryKind.PURGED, night=night, product=product.path, run_id=run_id, versions=removed)


def _tables(worked: Worked) -> tuple[TableReport, ...]:
    protected = {item.table.name: item.protected for item in worked.built}
    return tuple(
        TableReport(table.name, table.rows, found.withheld if (found := protected.get(table.name)) else 0, table.logical_hash)
        for table in worked.written
    )
