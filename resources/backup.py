"""A backup as a folder: what was copied, its hashes, and the head of the ledger it belongs to.

Belongs here: copying state out of a home and back, the manifest, comparing ledgers. Does not belong here: what a restore must still apply
before anything is served (pipelines/restoring), encryption and transport, which are the operator's.

Products, quarantine and scratch are never in a backup: products are built again, refused rows are meant to be forgotten. Public snapshots
and extracts for research are: a snapshot is never made twice, and what was handed out is to be destroyed with evidence. Keys are copied to
a folder of their own only when asked for, because keys beside registers give whoever holds the backup everything.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from resources.fresh_copy import write_copy
from resources.home import Home, sync_folder, write_atomically
from resources.ledger import EntryKind, Ledger
from resources.ledger_lines import GENESIS
from resources.source_systems.connector import file_sha256

MANIFEST: Final = "backup.json"
UNDER_WAY: Final = "restoring.json"
"""Lies in a home from the first byte that a restore copies until everything that was taken away is taken away there too."""
FORMAT: Final = 1
FOLDERS: Final = ("landing", "ledger", "terms", "governance", "incidents", "public", "research")
DATABASES: Final = ("registers.duckdb", "warehouse.duckdb")
UNFINISHED: Final = (".*.part", "*.lock")
"""Not worth keeping: half-written files and locks. A dotted folder like ``.rule_packs`` of a kept text is content."""
TAKES_AWAY: Final = frozenset({EntryKind.ERASED.value, EntryKind.DENIES.value, EntryKind.CONSENT_RECORDED.value})
"""Kinds of entries after which an older state shows what may not be shown any more."""


class BackupFault(RuntimeError):
    """A backup cannot be made or used; the message says why and how to go on."""


@dataclass(frozen=True)
class Backup:
    """One backup, verified: where it lies, and the ledger head it belongs to."""

    folder: Path
    entries: int
    head: str
    files: int
    bytes: int


def back_up(home: Home, target: Path, *, keys: Path | None = None) -> Backup:
    """Copy a home's state to an empty folder; the caller holds the writer's lock, so that everything is of one moment.

    Raises:
        BackupFault: if the home holds nothing, the target is not empty or lies in the home, the ledger is not sound, or keys would lie in
            the same backup.
    """
    if not home.registers.exists():
        raise BackupFault(f"{home.root} holds nothing to back up: no night was run there. Set THROUGHCARE_HOME to the home that is meant")
    for folder in (target, *([keys] if keys else [])):
        _refuse_target(home, folder)
    if keys is not None and _overlap(keys, target):
        raise BackupFault("keys beside the data they protect protect nothing; name another folder, on another medium")
    found = Ledger(home).verify()
    if not found.sound:
        raise BackupFault("the ledger is not sound; `throughcare ledger verify` says where. A backup of it could not be restored")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in FOLDERS:
        if (home.root / name).is_dir():
            shutil.copytree(home.root / name, target / name, ignore=shutil.ignore_patterns(*UNFINISHED))
    for name in DATABASES:
        if (home.root / name).exists():
            # A copy table by table: no freed block of the file, which may hold what was erased, goes along.
            write_copy(home.root / name, target / name)
    listed = {path.relative_to(target).as_posix(): file_sha256(path) for path in _files(target)}
    manifest = {"format": FORMAT, "entries": found.entries, "head": found.head, "files": listed}
    write_atomically(target / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode(), mode=0o600)
    if keys is not None:
        shutil.copytree(home.keys, keys, dirs_exist_ok=True)
    return verified(target)


def _refuse_target(home: Home, folder: Path) -> None:
    if _overlap(folder, home.root):
        raise BackupFault(f"{folder} lies in the home it would be a copy of; name a folder elsewhere, on another medium")
    if folder.exists() and not folder.is_dir():
        raise BackupFault(f"{folder} is a file; name a new folder for each backup")
    if folder.exists() and any(folder.iterdir()):
        unfinished = any((folder / name).exists() for name in (*FOLDERS, *DATABASES)) and not (folder / MANIFEST).exists()
        said = "holds a backup that was not finished: remove it, or" if unfinished else "is not empty;"
        raise BackupFault(f"{folder} {said} name a new folder for each backup")


def _overlap(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one.is_relative_to(other) or other.is_relative_to(one)


def verified(folder: Path) -> Backup:
    """A backup, every file held against its manifest and its ledger against itself.

    Raises:
        BackupFault: naming the first thing that is wrong: a file missing, changed or added, a chain that does not hold.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed, entries, head = dict(manifest["files"]), int(manifest["entries"]), str(manifest["head"])
    except (OSError, ValueError, KeyError):
        raise BackupFault(f"{folder} holds no backup that was finished: {MANIFEST} is missing or damaged") from None
    there = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    if missing := sorted(listed.keys() - there.keys()):
        raise BackupFault(f"{len(missing)} files of the backup are missing, {missing[0]} first; use another copy of it")
    if strange := sorted(there.keys() - listed.keys()):
        raise BackupFault(f"{len(strange)} files were added to the backup, {strange[0]} first; use another copy of it")
    changed = [name for name, path in sorted(there.items()) if file_sha256(path) != listed[name]]
    if changed:
        raise BackupFault(f"{len(changed)} files of the backup were changed, {changed[0]} first; use another copy of it")
    ledger = Ledger(Home(folder))
    found = ledger.verify()
    if not found.sound or (found.entries, found.head) != (entries, head):
        raise BackupFault("the backup's ledger does not hold together or is not the one it was made with; use another backup")
    return Backup(folder, entries, head, len(listed), sum(path.stat().st_size for path in there.values()))


def taken_away_since(backup: Backup, ledger: Ledger) -> list[dict[str, Any]]:
    """Entries of a ledger, newer than the backup, after which the backup's state would show too much.

    Raises:
        BackupFault: if the backup's head is not in that ledger: the two tell different pasts.
    """
    if not knows(ledger, backup.entries, backup.head):
        raise BackupFault(
            "the backup's ledger and the one in the home tell different pasts; move the home's ledger aside only if you know why"
        )
    return [entry for entry in ledger.entries()[backup.entries :] if _takes_away(entry)]


def knows(ledger: Ledger, entries: int, head: str) -> bool:
    """Whether that many entries of a ledger end with that head."""
    hashes = [GENESIS, *ledger.hashes()]
    return len(hashes) > entries and hashes[entries] == head


def _takes_away(entry: dict[str, Any]) -> bool:
    """Whether an entry says that something may not be shown any more; a denies job that found nobody newly denied says nothing new."""
    if entry["kind"] == EntryKind.DENIES:
        return bool(entry["fields"].get("subjects_newly_denied"))
    return entry["kind"] in TAKES_AWAY


def put_back(backup: Backup, home: Home, *, keep_ledger: bool) -> None:
    """Copy a backup into a home that holds no state yet, or only what a restore that was killed has left.

    Args:
        backup: verified.
        home: where to.
        keep_ledger: whether the home's own ledger stays, which begins with the backup's and knows more.

    Raises:
        BackupFault: if the home holds state that would be overwritten.
    """
    refuse_occupied(home)
    home.prepare()
    if begun(home) is not None:
        _clear(home)
    for name in FOLDERS:
        if (backup.folder / name).is_dir() and not (name == "ledger" and keep_ledger):
            shutil.copytree(backup.folder / name, home.root / name, dirs_exist_ok=True, copy_function=_copy_over)
    for name in DATABASES:
        if (backup.folder / name).exists():
            shutil.copy2(backup.folder / name, home.root / name)
            (home.root / name).chmod(0o600)


@dataclass(frozen=True)
class UnderWay:
    """A restore that was begun and has not ended.

    ``needed`` is how far a deny list must reach, as was known when it began: a restore that is typed again after a kill may not know less.
    ``keeps_ledger`` says whether the ledger in the home is one that survived, or the backup's.
    """

    needed: int
    keeps_ledger: bool


def begin(home: Home, under_way: UnderWay) -> None:
    """Note that a restore is under way: until :func:`finish`, no run begins in this home."""
    home.prepare()
    write_atomically(home.root / UNDER_WAY, json.dumps(vars(under_way)).encode() + b"\n")


def begun(home: Home) -> UnderWay | None:
    """The restore of this home that was begun and has not ended; None where there is none."""
    path = home.root / UNDER_WAY
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return UnderWay(int(said["needed"]), bool(said["keeps_ledger"]))
    except (ValueError, KeyError, TypeError):
        raise BackupFault(f"{UNDER_WAY} is damaged; empty the home but for keys/ and a ledger that survived, and restore again") from None


def finish(home: Home) -> None:
    """Note that everything that was taken away is taken away here too."""
    (home.root / UNDER_WAY).unlink(missing_ok=True)
    sync_folder(home.root)


def refuse_half_restored(home: Home) -> None:
    """Make sure that nothing is built or served from what a restore has only begun.

    Raises:
        BackupFault: while one is under way or was killed.
    """
    if begun(home) is not None:
        raise BackupFault(
            "a restore of this home was begun and has not ended: what was taken away since its backup may still lie here. "
            "Type the same `throughcare restore` again"
        )


def _clear(home: Home) -> None:
    """Remove what a killed restore had copied to where nothing lay before it."""
    for folder in (home.landing, home.public, home.research):
        for path in [folder, *folder.rglob("*")] if folder.is_dir() else []:
            if path.is_dir():
                path.chmod(0o700)
        shutil.rmtree(folder, ignore_errors=not folder.exists())
    for path in sorted(home.root.glob("*.duckdb*")):
        path.unlink()


def _copy_over(source: str, target: str) -> str:
    """Copy a file to where one may lie that cannot be written to."""
    Path(target).unlink(missing_ok=True)
    return str(shutil.copy2(source, target))


def refuse_occupied(home: Home) -> None:
    """Make sure that nothing of a home would be overwritten but what a killed restore has left.

    Raises:
        BackupFault: naming what lies there.
    """
    served: Sequence[str] = [name for name in ("published",) if any((home.root / name).glob("*"))]
    state = [name for name in DATABASES if (home.root / name).exists()]
    state = [*state, *(name for name in ("landing", "public", "research") if any((home.root / name).glob("*")))]
    there = [*served, *(state if begun(home) is None else [])]
    if there:
        raise BackupFault(f"the home already holds {', '.join(there)}; move it aside, and restore into an empty THROUGHCARE_HOME")


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
