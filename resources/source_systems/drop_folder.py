"""A folder into which deliveries are dropped, one set of files a night, the night in their names.

Belongs here: which sets are complete, and copying and unpacking before looking. Does not belong here: which file is whose and whether it is
whole (dropped_files), what is in a file (csv_text, fhir_ndjson).

A file is copied first and examined as the copy, so that a transfer still going on cannot change what was examined.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from contracts.connectors import DropFolder
from contracts.sources import DeliveryMode, Source
from resources.source_systems.connector import Collected, Fault, FaultyPart, Known, Part, Rule, delivery_sha256, file_sha256
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.dropped_files import Dropped, find, night_in_name
from resources.source_systems.packed import is_packed, unpack, unpacked_suffix

__all__ = ["Dropped", "Examine", "collect_sets", "find", "night_in_name", "unreachable"]

Examine = Callable[[Dropped, Path], Part]
"""Examine a copy and turn it into its payload, in place; raises FileFaultError if it cannot be used."""


def collect_sets(
    files: Iterable[Dropped], *, source: Source, night: date, into: Path, known: Known, examine: Examine, required: bool
) -> Collected:
    """Take every complete set of files that is not known yet.

    Args:
        files: candidates.
        source: the source's text.
        night: tonight.
        into: where payloads go.
        known: files that are not looked at again.
        examine: what to do with one copy.
        required: whether a set needs a file of every feed. A set with a refused file is never complete.
    """
    snapshot = source.delivery_mode is DeliveryMode.FULL_SNAPSHOT
    sets: dict[date, list[Dropped]] = {}
    for file in files:
        if not (snapshot and known.newest is not None and file.night < known.newest):
            sets.setdefault(file.night, []).append(file)
    wanted = set(source.feeds) if required else set()
    parts: list[Part] = []
    refused: list[FaultyPart] = []
    waiting: list[str] = []
    incomplete: list[date] = []
    seen_before = refused_before = False
    for when, members in sorted(sets.items()):
        found = _take(members, source=source, into=into, known=known, examine=examine)
        if snapshot and found.taken and found.old:
            # A snapshot is whole or it is none: what has not changed belongs to it as much as what has.
            found = _take(members, source=source, into=into, known=replace(known, taken=frozenset()), examine=examine)
        refused += found.refused
        missing = (wanted | found.without) - {part.feed for part in found.taken} - found.old
        if missing:
            refused_before = refused_before or bool(found.without - {part.feed for part in found.refused})
            incomplete.append(when)
            for part in found.taken:
                (into / part.path).unlink(missing_ok=True)
            waiting.append(f"the files of {when} wait for a usable file of feed {', '.join(f'[{feed}]' for feed in sorted(missing))}")
            continue
        seen_before = seen_before or (when == night and not found.taken)
        parts += found.taken
    return Collected(
        parts=tuple(parts),
        sha256=delivery_sha256((part.feed, part.sha256) for part in parts) if parts else None,
        refused=tuple(refused),
        waiting=tuple(waiting),
        seen_before=seen_before,
        refused_before=refused_before,
        incomplete_from=min(incomplete, default=None),
        drift=tuple(change for part in refused for change in part.drift),
    )


@dataclass
class _Taken:
    """What one set of files came to."""

    taken: list[Part]
    refused: list[FaultyPart]
    old: set[str]  # feeds whose file was taken in before
    without: set[str]  # feeds whose file may not be used


def _take(members: Iterable[Dropped], *, source: Source, into: Path, known: Known, examine: Examine) -> _Taken:
    found = _Taken([], [], set(), set())
    files_of: Counter[str] = Counter()
    for file in members:
        before = file.sha256 or file_sha256(file.path)
        if before in known.taken or before in known.refused:
            (found.old if before in known.taken else found.without).add(file.feed)
            continue
        files_of[file.feed] += 1
        number = f"-{files_of[file.feed]}" if files_of[file.feed] > 1 else ""  # a night's resources may come in several files
        relative = f"{file.feed}/{file.night:%Y%m%d}{number}{unpacked_suffix(file.name, file.member)}"
        copy = into / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            sha256 = _copied(file, copy, source)
        except FileFaultError as error:
            refusal = FaultyPart(file.feed, file.name, _refused_as(file, before), error.fault)
            found.refused.append(refusal)
            found.without.add(file.feed)
            copy.unlink(missing_ok=True)
            continue
        try:
            part = examine(file, copy)
        except FileFaultError as error:
            found.refused.append(FaultyPart(file.feed, file.name, sha256, error.fault, error.drift))
            found.without.add(file.feed)
            copy.unlink()
            continue
        found.taken.append(replace(part, path=relative, sha256=sha256, landed_sha256=file_sha256(copy), night=file.night, stamp=file.stamp))
    return found


def _copied(file: Dropped, copy: Path, source: Source) -> str:
    """Copy a file, hold it to its checksum, unpack it; returns the hash of what was delivered.

    Raises:
        FileFaultError: if its checksum is another, or it cannot be unpacked.
    """
    options = source.connector
    packed = copy.with_name(f".{copy.name}.packed{Path(file.name).suffix.lower()}") if is_packed(file.name) else copy
    shutil.copyfile(file.path, packed)
    sha256 = file_sha256(packed)
    try:
        if file.said_sha256 is not None and file.said_sha256 != sha256:
            raise FileFaultError(Fault(Rule.CHECKSUM_MISMATCH, "the file is not the one its checksum was taken of"))
        if packed is not copy and isinstance(options, DropFolder):
            unpack(
                packed,
                copy,
                member=file.member,
                declared=_members(source, file),
                ignored=options.ignored_members,
                max_bytes=options.max_bytes,
                max_expansion=options.max_expansion,
            )
    finally:
        if packed is not copy:
            packed.unlink(missing_ok=True)
    return sha256


def _members(source: Source, file: Dropped) -> Sequence[str]:
    pattern = source.feeds[file.feed].origin.file
    return [feed.origin.member for feed in source.feeds.values() if feed.origin.file == pattern and feed.origin.member]


def _refused_as(file: Dropped, sha256: str) -> str:
    """What a file is refused as: with another checksum beside it, it is looked at again."""
    return hashlib.sha256(f"{sha256}\x1f{file.said_sha256}".encode()).hexdigest() if file.said_sha256 else sha256


def unreachable(place: str | None, why: str = "") -> Collected:
    """The answer when the folder is not there."""
    said = "no folder is named" if place is None else why or "the folder is not there or cannot be read"
    return Collected(faults=(Fault(Rule.UNREACHABLE, said),))
