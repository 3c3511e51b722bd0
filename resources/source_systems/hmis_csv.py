"""A vendor that drops whole HMIS CSV exports: one folder a night, or one zip file a night.

Belongs here: which exports are there, taking them as one, landing their two flat tables. Does not belong here: what is in an export
(hmis_export).
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from datetime import date
from pathlib import Path

import polars as pl

from contracts.connectors import HmisCsv
from contracts.sources import Source
from contracts.vocabularies.hmis import HMIS_COLUMNS, HMIS_FILES
from resources.source_systems.connector import Collected, Fault, FaultyPart, Known, Part, Rule, delivery_sha256, file_sha256
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.drop_folder import unreachable
from resources.source_systems.dropped_files import night_in_name
from resources.source_systems.hmis_export import flat_tables
from resources.source_systems.packed import unpack

DATE_LENGTH = len("YYYY-MM-DD")


class HmisCsvConnector:
    """Reads ``hmis_csv`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Every export up to ``night`` that is not known yet."""
        options = source.connector
        if not isinstance(options, HmisCsv):
            raise TypeError(f"source [{source.name}] is not a drop folder of HMIS exports")
        try:
            found = [(when, path) for path in sorted(Path(place).iterdir()) if (when := _night_of(path, options)) and when <= night]
        except OSError:
            return unreachable(place)
        parts: list[Part] = []
        refused: list[FaultyPart] = []
        nights: list[date] = []
        seen_before = refused_before = False
        for when, path in sorted(found):
            sha256 = _sha256(path)
            if sha256 in known.taken or sha256 in known.refused:
                seen_before = seen_before or (when == night and sha256 in known.taken)
                refused_before = refused_before or sha256 in known.refused
                nights += [when] if sha256 in known.refused else []
                continue
            try:
                parts += _landed(path, source, options, into=into, night=when, sha256=sha256)
            except FileFaultError as error:
                refused += [FaultyPart(feed, path.name, sha256, error.fault) for feed in source.feeds]
                nights.append(when)
        return Collected(
            parts=tuple(parts),
            sha256=delivery_sha256((part.feed, part.sha256) for part in parts) if parts else None,
            refused=tuple(refused),
            seen_before=seen_before,
            refused_before=refused_before,
            incomplete_from=min(nights, default=None),
        )


def _night_of(path: Path, options: HmisCsv) -> date | None:
    if path.is_symlink():
        return None
    if options.file is not None:
        return night_in_name(options.file, path.name) if path.is_file() else None
    try:
        return date.fromisoformat(path.name) if path.is_dir() and len(path.name) == DATE_LENGTH else None
    except ValueError:
        return None


def _sha256(path: Path) -> str:
    """Hash of a zip file, or of the names and hashes of a folder's files."""
    if path.is_file():
        return file_sha256(path)
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()):
        if file.is_file() and not file.is_symlink():
            digest.update(f"{file.name}\x1f{file_sha256(file)}\n".encode())
    return digest.hexdigest()


def _landed(path: Path, source: Source, options: HmisCsv, *, into: Path, night: date, sha256: str) -> list[Part]:
    work = into.with_name(f"{into.name}-export")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        _copied(path, work, options)
        tables = flat_tables(work, options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    parts = []
    for name, feed in source.feeds.items():
        resource = feed.origin.resource or ""
        frame = tables[resource]
        if frame.height < feed.min_rows:
            raise FileFaultError(
                Fault(Rule.TOO_FEW_ROWS, f"{resource}.csv has {frame.height} rows where at least {feed.min_rows} are expected")
            )
        parts.append((name, resource, frame))
    return [_part(name, resource, frame, path=path, into=into, night=night, sha256=sha256) for name, resource, frame in parts]


def _part(feed: str, resource: str, frame: pl.DataFrame, *, path: Path, into: Path, night: date, sha256: str) -> Part:
    relative = f"{feed}/{night:%Y%m%d}.parquet"
    target = into / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(target)
    return Part(
        feed=feed,
        name=path.name,
        path=relative,
        sha256=sha256,
        landed_sha256=file_sha256(target),
        rows=frame.height,
        columns=HMIS_COLUMNS[resource],
        night=night,
    )


def _copied(path: Path, work: Path, options: HmisCsv) -> None:
    """The files of an export that are looked into, copied first: what is read cannot change while it is."""
    if path.is_dir():
        for name in HMIS_FILES:
            file = path / f"{name}.csv"
            if file.is_file() and not file.is_symlink():
                shutil.copyfile(file, work / file.name)
        return
    members = _members(path)
    wanted = {f"{name}.csv": member for name in HMIS_FILES for member in members if member.rsplit("/", 1)[-1] == f"{name}.csv"}
    for name, member in wanted.items():
        unpack(
            path,
            work / name,
            member=member,
            declared=members,
            ignored=(),
            max_bytes=options.max_bytes,
            max_expansion=options.max_expansion,
        )


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [info.filename for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        pass
    raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, "the packed file is damaged, locked, or packed in another way than its name says"))
