"""Restoring a backup, and building the warehouse again from deliveries: nothing is served before today's denies and erasures are replayed.

Belongs here: the order across stages, and what is refused. Does not belong here: copying (resources/backup), the deny list
(resources/deny_list), words for people (commands/backup).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from assets.checked.erased_rows import Erased, registered
from assets.published.erasure import Reason
from contracts.county import County, load_county
from pipelines.erasing import Order, erase
from pipelines.place import Place
from pipelines.replaying import refuse_foreign_keys, replay
from resources.backup import Backup, BackupFault, put_back, refuse_occupied, taken_away_since, verified
from resources.deny_list import DenyList
from resources.deny_list import replay as replay_denies
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.ledger_anchor import Anchor
from resources.sql import Connection, quoted, rows
from resources.terms import KEPT_PACKS
from resources.warehouse import Warehouse


@dataclass(frozen=True)
class Restorable:
    """What a backup is worth today: entries after it that took something away, and whether a newer list makes up for them."""

    backup: Backup
    known_entries: int
    taken_away: int
    is_covered: bool
    keeps_ledger: bool


def judge(folder: Path, home: Home, *, listed: DenyList | None, anchor: Anchor | None) -> Restorable:
    """Verify a backup and hold it against everything newer that is known of the ledger.

    Known are the home's own ledger, if it survived, a sheet or copied head from outside, and the deny list.

    Raises:
        BackupFault: if the backup is damaged, tells another past, or is older than something that was taken away and no list says what.
    """
    backup = verified(folder)
    own = Ledger(home)
    survived = own.file.exists()
    since = taken_away_since(backup, own) if survived else []
    known = max(len(own.hashes()) if survived else 0, (anchor.entries or 0) if anchor else 0, listed.entries if listed else 0)
    unknown = anchor is not None and not survived and known > backup.entries
    needed = max((int(entry["number"]) for entry in since), default=known if unknown else 0)
    covered = needed == 0 or (listed is not None and listed.entries >= needed)
    if not covered:
        said = f"{len(since)} entries since then took something away" if since else f"the ledger is known to have reached entry {known}"
        raise BackupFault(
            f"the backup ends with entry {backup.entries} of the ledger, and {said}; restored, it would show what may not be shown. "
            "Give the newest deny list with --denies FILE"
        )
    return Restorable(backup, known, len(since), is_covered=listed is not None, keeps_ledger=survived)


def refuse_foreign_terms(found: Restorable, county: County) -> None:
    """Hold the county folder against the text of the backup's newest night, before a byte is copied.

    Raises:
        BackupFault: as :func:`refuse_other_terms`.
    """
    registers = found.backup.folder / "registers.duckdb"
    if not registers.exists():
        return
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(registers)} as registers (read_only)").fetchall()
        terms = terms_by_night(con)
    refuse_other_terms(terms, county, found.backup.folder / "terms")


def restore(
    found: Restorable, home: Home, county: County, *, listed: DenyList | None, day: date, by: str, rebuild: Callable[[], bool]
) -> bool:
    """Put a verified backup into an empty home, replay what was taken away, and only then build products.

    Returns:
        whether the products were built and, where anything was ever erased, its absence proven.

    Raises:
        BackupFault: if the home holds state, or the county folder is not the text of the backup's newest night.
    """
    refuse_occupied(home)
    refuse_foreign_terms(found, county)
    put_back(found.backup, home, keep_ledger=found.keeps_ledger)
    warehouse = Warehouse(home)
    with warehouse.lock(), warehouse.writer() as con:
        replayed = replay_denies(con, listed, recorded_on=day) if listed else 0
        erased = registered(con)
    Ledger(home).append(
        EntryKind.RESTORED,
        night=day,
        backup_entries=found.backup.entries,
        backup_head=found.backup.head,
        replayed=replayed,
        erased_ids=len(erased.records | erased.subjects),
        entered_by=by,
    )
    if not erased:
        return rebuild()
    order = Order(Reason.EXPUNGED, day, by, f"replayed after the restore of a backup with {found.backup.entries} entries")
    _, _, proof = erase(home, county, Erased(), order, rebuild=rebuild)
    return proof.proven


@dataclass(frozen=True)
class Rebuilt:
    """Nights that were read again, and whether the history of links came out as the register of persons knows it."""

    nights: tuple[date, ...]
    links_are_as_before: bool


def rebuild_warehouse(place: Place, county: County) -> Rebuilt:
    """Build the warehouse again from the landing, night by night, each under the text it was run with.

    The newest night is left to the nightly run, which links, measures and publishes. The registers keep every person's key.

    Raises:
        BackupFault: if a night's terms are not kept any more or a delivery is gone from the landing.
        KeysDoNotFit: if the mint secret is not the register's.
    """
    warehouse = Warehouse(place.home)
    with warehouse.lock():
        refuse_foreign_keys(place.home)
        with warehouse.writer() as con:
            asked = "select distinct night from registers.main.night_item where kind = 'delivery' order by night"
            nights = [night for (night,) in rows(con, asked)]
            told = rows(con, "select night, list(name) from registers.main.night_item where kind = 'delivery' group by night")
            taken = {night: tuple(names) for night, names in told}
            needed = rows(con, "select distinct source, sha256 from registers.main.intake where verdict = 'accepted' order by all")
            gone = [source for source, sha256 in needed if not (place.home.landing / source / sha256).is_dir()]
            terms = terms_by_night(con)
        if gone:
            raise BackupFault(
                f"{len(gone)} accepted deliveries are not in the landing any more (of {', '.join(sorted(set(gone)))}); "
                "what only they told cannot be built again: keep the warehouse in the backup"
            )
        refuse_other_terms(terms, county, place.home.terms)
        texts = {night: _terms_of(place, county, str(terms.get(night))) for night in nights[:-1]}
        for name in (place.home.warehouse, place.home.warehouse.with_name("warehouse.duckdb.wal")):
            name.unlink(missing_ok=True)
        same = replay(place, texts, taken=taken, newest=nights[-1]) if texts else True
    return Rebuilt(tuple(nights), same)


def terms_by_night(con: Connection) -> dict[date, str]:
    """Hash of the text that each night was first run with; ``con`` has the registers attached as ``registers``."""
    asked = "select night, sha256 from registers.main.night_item where kind = 'terms' and name = 'first attempt'"
    delivered = {night for (night,) in rows(con, "select night from registers.main.night_item where kind = 'delivery'")}
    return {night: str(sha256) for night, sha256 in rows(con, asked) if night in delivered}


def refuse_other_terms(terms: Mapping[date, str], county: County, kept: Path) -> None:
    """Make sure that the county folder is the text the newest night was run with, under which it will be run again.

    Raises:
        BackupFault: naming the night, both texts and where the right one is kept.
    """
    newest = max(terms, default=None)
    if newest is not None and terms[newest] != county.sha256:
        raise BackupFault(
            f"night {newest} was run under terms {terms[newest][:12]}, the county folder is now {county.sha256[:12]}; "
            f"set THROUGHCARE_COUNTY to {kept.name}/{terms[newest]} in {kept.parent}, and try again"
        )


def _terms_of(place: Place, county: County, sha256: str) -> County:
    if sha256 == county.sha256:
        return county
    kept = place.home.terms / sha256
    if not kept.is_dir():
        raise BackupFault(f"the text {sha256[:12]} that a night was run with is not kept under terms/; restore terms/ from the backup")
    packs = kept / KEPT_PACKS
    return load_county(kept, packs=packs) if packs.is_dir() else load_county(kept)
