"""Rows of deliveries and of quarantine that an erasure speaks of: found, and written out of where they lie.

Belongs here: which rows of a delivery are about an erased record or person, rewriting the delivery and the quarantine without them, the
tombstone. Does not belong here: who is erased and why (assets/published/erasure), the warehouse and everything after it.

A delivery stays at its address, the sha256 of what was delivered, and its manifest says what was done: when, under which erasure, how many
rows; never a value. A rewritten part is one Parquet frame of what its reader reads, so that one way serves every format and positions stay.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from assets.acquired.landing import MANIFEST, Landed, landed_from, read_landed
from assets.checked.formats.text_rows import ERASED_SUFFIX, POSITION, whole_chunks
from assets.checked.quarantine import write_quarantine
from assets.checked.staging import Staged, drop, stage
from contracts.keys import record_id, subject_id
from contracts.records import RECORD_TYPES
from contracts.sources import Source
from resources.home import Home, sync_folder, write_atomically
from resources.source_systems.connector import file_sha256
from resources.sql import Connection, load_sql, rows, table_exists

PACKAGE: Final = "assets.checked"
IDENTIFYING: Final = ("source_record_id", "source_person_id")
"""Columns of a keyed row that say by a vendor's number which record and whom it is about."""


@dataclass(frozen=True)
class Erased:
    """Whom an erasure speaks of, by the integrator's own ids: single records, and subjects of whom nothing may be left."""

    records: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.records or self.subjects)

    def __or__(self, other: Erased) -> Erased:
        return Erased(self.records | other.records, self.subjects | other.subjects)


@dataclass(frozen=True)
class Tombstone:
    """What a rewritten place says of the rows that are gone."""

    erasure: str
    reason: str
    on: date


@dataclass
class Found:
    """Rows found in one part: their positions, and the vendor's identifiers they carried (kept in memory only, to prove absence).

    ``naming`` counts those that are about something else and name what is erased: an order, another agency's report.
    """

    positions: set[int] = field(default_factory=set)
    naming: int = 0
    identifiers: set[str] = field(default_factory=set)


def registered(con: Connection) -> Erased:
    """Everything that was ever erased, as the register knows it; nothing where there is no register."""
    if not table_exists(con, "main", "erasure"):
        return Erased()
    found: dict[str, set[str]] = {"record": set(), "subject": set()}
    for kind, name in rows(con, "select kind, id from registers.main.erasure"):
        found[str(kind)].add(str(name))
    return Erased(frozenset(found["record"]), frozenset(found["subject"]))


def set_erased(con: Connection, erased: Erased) -> None:
    """Fill ``temp.erased_id`` for the question that compares keyed rows with it."""
    columns = {
        "kind": ["record"] * len(erased.records) + ["subject"] * len(erased.subjects),
        "id": [*sorted(erased.records), *sorted(erased.subjects)],
    }
    con.register("erased_ids", pl.DataFrame(columns, schema={"kind": pl.String, "id": pl.String}))
    try:
        con.execute("create or replace temp table erased_id as select * from erased_ids").fetchall()
    finally:
        con.unregister("erased_ids")


def find_rows(con: Connection, source: Source, landed: Landed, erased: Erased, *, night: date, timezone: str) -> dict[int, Found]:
    """Rows of a delivery that are about somebody or something erased, by the number of their part.

    A row whose key can be read is compared by key: its record, the record it belongs to or names, its person. Of a row that cannot be read,
    every cell is compared as if it were such a key.

    Args:
        con: temporary objects only.
        source: the source's text as it is now.
        landed: the delivery.
        erased: whom to look for.
        night: tonight, for what a date may be.
        timezone: the county's zone.
    """
    set_erased(con, erased)
    found: dict[int, Found] = {}
    for number, part in enumerate(landed.parts):
        if part.feed not in source.feeds:
            continue
        # One part at a time: of full snapshots the reader of a night would only look at the newest.
        staged = stage(con, source, [replace(landed, parts=(part,))], night=night, timezone=timezone)
        try:
            hits, keyed = _keyed_rows(con, next(feed for feed in staged if feed.name == part.feed))
        finally:
            drop(con, staged)
        unread = _unkeyed_rows(con, source, landed, number=number, keyed=keyed, erased=erased)
        if hits.positions or unread:
            hits.positions |= unread
            found[number] = hits
    return found


def _keyed_rows(con: Connection, staged: Staged) -> tuple[Found, set[int]]:
    """Rows of a staged part that are erased, and every position that has a key at all."""
    con.execute(f"create or replace temp view keyed as from {staged.table('keyed')}").fetchall()
    found = Found()
    for position, only_names, *identifiers in rows(con, load_sql(PACKAGE, "erased_row")):
        found.positions.add(int(position))
        found.naming += bool(only_names)
        found.identifiers |= {str(name) for name in identifiers if name is not None}
    return found, {int(position) for (position,) in rows(con, "select row_position from temp.keyed")}


def _unkeyed_rows(con: Connection, source: Source, landed: Landed, *, number: int, keyed: set[int], erased: Erased) -> set[int]:
    positions: set[int] = set()
    for chunk in whole_chunks(landed.folder, landed.parts[number], source, con):
        for row in chunk.filter(~pl.col(POSITION).is_in(list(keyed))).iter_rows(named=True):
            if mentions(source, row.values(), erased):
                positions.add(int(row[POSITION]))
    return positions


def mentions(source: Source, cells: Iterable[object], erased: Erased) -> bool:
    """Whether any text among these cells is, as a key of the source, one of those erased."""
    return any(_ids(source, text) & (erased.records | erased.subjects) for cell in cells for text in texts(cell))


def _ids(source: Source, text: str) -> set[str]:
    kinds = {feed.record_type for feed in source.feeds.values()}
    return {subject_id(source.system, text), *(record_id(source.name, kind, text) for kind in kinds if kind in RECORD_TYPES)}


_WORD = re.compile(r"[^\s\",;|{}\[\]:]+")


def texts(cell: object) -> Iterator[str]:
    """Everything in a cell that could be a key: the cell itself, its words, and what follows a slash as in ``Patient/123``."""
    if isinstance(cell, list | tuple | set):
        for inner in cell:
            yield from texts(inner)
    elif isinstance(cell, Mapping):
        yield from texts(list(cell.values()))
    elif isinstance(cell, str):
        yield cell.strip()
        for word in _WORD.findall(cell):
            yield word
            yield word.rsplit("/", 1)[-1]


def rewrite(source: Source, landed: Landed, found: Mapping[int, Found], tombstone: Tombstone, con: Connection) -> dict[str, Any]:
    """Write a delivery anew without the rows found; returns its new manifest.

    The new folder is made beside the old one and takes its place in one rename; what a kill leaves is swept by the next erasure.
    """
    folder = landed.folder
    fresh, gone = folder.with_name(f".{folder.name}.erased"), folder.with_name(f".{folder.name}.gone")
    for left in (fresh, gone):
        _remove(left)
    fresh.mkdir(mode=0o700)
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for number, part in enumerate(landed.parts):
        if number in found:
            manifest["parts"][number] |= _rewritten(con, fresh, source, landed, number=number, positions=found[number].positions)
            continue
        (fresh / part.path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (folder / part.path).is_dir() else shutil.copy2
        copy(folder / part.path, fresh / part.path)
    manifest.setdefault("erased", []).append(
        {
            "erasure": tombstone.erasure,
            "reason": tombstone.reason,
            "on": tombstone.on.isoformat(),
            "rows": sum(len(part.positions) for part in found.values()),
        }
    )
    write_atomically(fresh / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    for path in fresh.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o400)
    folder.rename(gone)
    fresh.rename(folder)
    sync_folder(folder.parent)
    _remove(gone)
    return manifest


def _rewritten(con: Connection, fresh: Path, source: Source, landed: Landed, *, number: int, positions: set[int]) -> dict[str, Any]:
    part = landed.parts[number]
    path = f"{part.feed}-{number}{ERASED_SUFFIX}"
    chunks = [chunk.filter(~pl.col(POSITION).is_in(list(positions))) for chunk in whole_chunks(landed.folder, part, source, con)]
    kept = pl.concat(chunks, how="diagonal") if chunks else pl.DataFrame(schema={POSITION: pl.Int64})
    kept.write_parquet(fresh / path)
    return {
        "path": path,
        "rows": part.rows - len(positions),
        "landed_sha256": file_sha256(fresh / path),
        "landed_sha256_before": part.landed_sha256,
    }


def recover(home: Home) -> int:
    """Finish or forget what a killed rewrite left in the landing; returns how many folders were put right."""
    mended = 0
    for gone in sorted(home.landing.glob("*/.*.gone")):
        folder = gone.with_name(gone.name[1 : -len(".gone")])
        # Killed between the two renames: the fresh one is whole, for the old one was moved away only then.
        if not folder.exists():
            gone.with_name(f".{folder.name}.erased").rename(folder)
        _remove(gone)
        mended += 1
    for fresh in sorted(home.landing.glob("*/.*.erased")):
        _remove(fresh)
        mended += 1
    return mended


def _remove(folder: Path) -> None:
    if folder.exists():
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
        shutil.rmtree(folder)


def note_rewritten(con: Connection, source: str, manifest: Mapping[str, Any]) -> None:
    """Let the registers and tonight's account of deliveries say what the landing holds now."""
    text = json.dumps(manifest, sort_keys=True)
    sha256 = manifest["sha256"]
    con.execute("update registers.main.intake set manifest = ? where source = ? and sha256 = ?", [text, source, sha256]).fetchall()
    if table_exists(con, "acquired", "delivery"):
        counted = json.dumps(landed_from(Path(), dict(manifest)).rows, sort_keys=True)
        con.execute(
            "update acquired.delivery set rows = ? where source = ? and delivered_sha256_used = ?", [counted, source, sha256]
        ).fetchall()


def erase_again(con: Connection, home: Home, source: Source, sha256: str, *, night: date, timezone: str) -> int:
    """Write a delivery anew without the rows of what was erased before and was delivered again; returns how many there were.

    The night calls this before it reads: what a court had removed does not come back because a vendor forgot to remove it.

    Raises:
        LandingDamaged: if the delivery is not what its manifest says.
    """
    erased = registered(con)
    if not erased:
        return 0
    landed = read_landed(home, source.name, sha256)
    found = find_rows(con, source, landed, erased, night=night, timezone=timezone)
    if found:
        manifest = rewrite(source, landed, found, Tombstone("delivered again", "erased before", night), con)
        note_rewritten(con, source.name, manifest)
    return sum(len(part.positions) for part in found.values())


def quarantined(home: Home, source: Source) -> list[tuple[date, Path]]:
    """Quarantine files of a source, by night."""
    found = sorted((home.quarantine / source.name).glob("*.duckdb"))
    return [(date.fromisoformat(path.stem), path) for path in found]


def quarantine_hits(source: Source, path: Path, erased: Erased) -> tuple[pl.DataFrame, int]:
    """Rows of one quarantine file that stay, and how many faults are about somebody erased."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        held = con.sql("select * from refused").pl()
    finally:
        con.close()
    stays = [not mentions(source, [_parsed(text)], erased) for text in held["raw_row"].to_list()]
    kept = held.filter(pl.Series(stays, dtype=pl.Boolean))
    return kept.with_columns(pl.col("raw_row").cast(pl.String)), held.height - kept.height


def rewrite_quarantine(home: Home, source: Source, night: date, kept: pl.DataFrame) -> None:
    """Write one quarantine file anew with what stays; a file with nothing left goes."""
    write_quarantine(home, source.name, night, [kept])


def _parsed(text: object) -> object:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
