"""Restoring a backup, and building the warehouse again from deliveries: nothing is served before today's denies and erasures are replayed.

Belongs here: the order across stages, and what is refused. Does not belong here: copying (resources/backup), the deny list
(resources/deny_list), words for people (commands/backup).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
from resources.backup import (
    Backup,
    BackupFault,
    UnderWay,
    begin,
    begun,
    finish,
    knows,
    put_back,
    refuse_occupied,
    taken_away_since,
    verified,
)
from resources.deny_list import DenyList
from resources.deny_list import replay as replay_denies
from resources.home import Home
from resources.key_register import lost_before_a_restore
from resources.keyring import Keyring
from resources.ledger import EntryKind, Ledger
from resources.ledger_anchor import Anchor
from resources.signing_key import fingerprint
from resources.sql import Connection, quoted, rows
from resources.terms import KEPT_PACKS
from resources.warehouse import Warehouse


@dataclass(frozen=True)
class Restorable:
    """What a backup is worth today: entries after it that took something away, and whether a newer list makes up for them.

    ``needed`` is the entry of the ledger that a deny list must reach; 0 where none is needed.
    """

    backup: Backup
    known_entries: int
    taken_away: int
    is_covered: bool
    keeps_ledger: bool
    needed: int = 0

    def is_all_that_is_known(self, has_anchor: bool) -> bool:
        """Whether nobody gave anything that could say what was taken away after the backup."""
        return not (self.keeps_ledger or self.is_covered or has_anchor)


def judge(folder: Path, home: Home, *, listed: DenyList | None, anchor: Anchor | None) -> Restorable:
    """Verify a backup and hold it against everything newer that is known of the ledger.

    Known are the home's own ledger, if it survived, a sheet or copied head from outside, the deny list, and what a restore of this home
    that was killed knew.

    Raises:
        BackupFault: if the backup is damaged, what is known tells another past, or the backup is older than something that was taken away
            and no list says what.
    """
    backup, under_way = verified(folder), begun(home)
    own = Ledger(home)
    survived = own.file.exists() and (under_way is None or under_way.keeps_ledger)
    if survived and (faults := [fault for fault in own.verify().faults if "torn" not in fault]):
        raise BackupFault(f"the ledger that survived in the home is not sound ({faults[0]}); move it aside only if you know why")
    since = taken_away_since(backup, own) if survived else []
    longest = own if survived else Ledger(Home(backup.folder))
    reached = len(longest.hashes())
    _refuse_strangers(longest, reached, listed, anchor)
    told = _reached_by(anchor, longest, reached)
    unknown = told if told > reached else 0
    needed = max([unknown, under_way.needed if under_way else 0, *(int(entry["number"]) for entry in since)])
    covered = needed == 0 or (listed is not None and listed.entries >= needed)
    if not covered:
        said = f"{len(since)} entries since then took something away" if since else f"the ledger is known to have reached entry {needed}"
        raise BackupFault(
            f"the backup ends with entry {backup.entries} of the ledger, and {said}; restored, it would show what may not be shown. "
            "Give the newest deny list with --denies FILE"
        )
    known = max(reached, told, listed.entries if listed else 0)
    return Restorable(backup, known, len(since), is_covered=listed is not None, keeps_ledger=survived, needed=needed)


def _reached_by(anchor: Anchor | None, ledger: Ledger, reached: int) -> int:
    """How far a sheet says that the ledger had come; a bare head that is not in the chain is of an entry nobody here knows."""
    if anchor is None:
        return 0
    if anchor.entries is not None:
        return anchor.entries
    hashes = ledger.hashes()
    return hashes.index(anchor.head) + 1 if anchor.head in hashes else reached + 1


def _refuse_strangers(ledger: Ledger, reached: int, listed: DenyList | None, anchor: Anchor | None) -> None:
    """Hold what comes from outside against the chain, as far as the chain goes.

    Raises:
        BackupFault: if a sheet or a deny list is of another ledger.
    """
    if anchor is not None and anchor.entries is not None and anchor.entries <= reached and not knows(ledger, anchor.entries, anchor.head):
        raise BackupFault("the sheet and the ledger tell different pasts; look for the sheet of this county, or for another backup")
    if listed is not None and listed.entries <= reached and not knows(ledger, listed.entries, listed.head):
        raise BackupFault("the deny list was written under another ledger than this backup's; give the newest list of this county")


def refuse_foreign_terms(found: Restorable, county: County) -> None:
    """Hold the county folder against the text of the backup's newest night, before a byte is copied.

    Raises:
        BackupFault: as :func:`refuse_other_terms`.
    """
    with _backed_up_registers(found) as con:
        terms = terms_by_night(con)
    refuse_other_terms(terms, county, found.backup.folder / "terms")


@contextmanager
def _backed_up_registers(found: Restorable) -> Iterator[Connection]:
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(found.backup.folder / 'registers.duckdb')} as registers (read_only)").fetchall()
        yield con


def restore(
    found: Restorable, home: Home, county: County, *, listed: DenyList | None, day: date, by: str, rebuild: Callable[[], bool]
) -> bool:
    """Put a verified backup into an empty home, replay what was taken away, and only then build products.

    Returns:
        whether the products were built and, where anything was ever erased, its absence proven.

    Until that is done no run begins in the home; killed on the way, the same restore is typed again.

    Raises:
        BackupFault: if the home holds state, the county folder is not the text of the backup's newest night, or its keys are not there.
    """
    refuse_occupied(home)
    refuse_foreign_terms(found, county)
    refuse_lost_keys(found, home)
    begin(home, UnderWay(found.needed, found.keeps_ledger))
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

    def served() -> bool:
        finish(home)
        return rebuild()

    if not erased:
        return served()
    order = Order(Reason.EXPUNGED, day, by, f"replayed after the restore of a backup with {found.backup.entries} entries")
    _, _, proof = erase(home, county, Erased(), order, rebuild=served)
    return proof.proven


def refuse_lost_keys(found: Restorable, home: Home) -> None:
    """Make sure that the keys lie in the home with which the backup's registers and ledger are gone on with, before a byte is copied.

    Raises:
        BackupFault: naming every file that is missing or another.
    """
    public = Ledger(home if found.keeps_ledger else Home(found.backup.folder)).keys.public()
    with _backed_up_registers(found) as con:
        lost = lost_before_a_restore(
            con, Keyring(home.keys), Ledger(home).keys, signed_by=fingerprint(public) if public and found.backup.entries else None
        )
    if lost:
        raise BackupFault(f"{'; '.join(lost)}. Put the key backup that belongs to it into keys/ first (folder 0700, files 0600)")


@dataclass(frozen=True)
class Rebuilt:
    """Nights that were read again, and whether the history of links came out as the register of persons knows it."""

    nights: tuple[date, ...]
    links_are_as_before: bool


def rebuild_warehouse(place: Place, county: County) -> Rebuilt:
    """Build the warehouse again from the landing, night by night, each under the text it was run with.

    The newest night is left to the nightly run, which links, measures and publishes. The registers keep every person's key.

    Raises:
        BackupFault: if no night was run, a night's terms are not kept any more or a delivery is gone from the landing.
        KeysDoNotFit: if the mint secret is not the register's.
    """
    warehouse = Warehouse(place.home)
    with warehouse.lock():
        refuse_foreign_keys(place.home)
        with warehouse.writer() as con:
            asked = "select distinct night from registers.main.night_item where kind = 'delivery' order by night"
            nights = [night for (night,) in rows(con, asked)]
            if not nights:
                raise BackupFault(
                    f"no night was run in {place.home.root}; set THROUGHCARE_HOME, or run one with: throughcare run --night DATE"
                )
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
