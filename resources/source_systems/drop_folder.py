"""A folder into which deliveries are dropped, one set of files a night, the night in their names.

Belongs here: which files belong to which night, which sets are complete, and copying before looking. Does not belong here: what is in a
file (csv_text, fhir_ndjson).

A file is copied first and examined as the copy, so that a transfer still going on cannot change what was examined.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from contracts.source_feeds import FILE_DATE
from contracts.sources import DeliveryMode, Source
from resources.source_systems.connector import Collected, Fault, FaultyPart, Known, Part, Rule, delivery_sha256, file_sha256
from resources.source_systems.csv_text import FileFaultError

_DATE_DIGITS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%y": r"\d{2}", "%j": r"\d{3}"}


@dataclass(frozen=True, order=True)
class Dropped:
    """One file that may belong to a delivery."""

    night: date
    feed: str
    name: str
    path: Path


Examine = Callable[[Dropped, Path], Part]
"""Examine a copy and turn it into its payload, in place; raises FileFaultError if it cannot be used."""


def night_in_name(pattern: str, name: str) -> date | None:
    """Night that ``name`` is for, if it matches ``pattern`` (``events_{date:%Y%m%d}.csv``); None if it does not."""
    before, date_format, after = FILE_DATE.split(pattern)
    digits = re.sub(r"%[YmdyjHMS]", lambda letter: _DATE_DIGITS.get(letter.group(0), r"\d{2}"), re.escape(date_format).replace(r"\%", "%"))
    found = re.fullmatch(f"{re.escape(before)}({digits}){re.escape(after)}", name)
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1), date_format).date()
    except ValueError:
        return None


def find(folder: Path, patterns: Mapping[str, str], night: date) -> list[Dropped]:
    """Files of ``night`` and before that match the pattern of a feed, oldest first. Links and folders are no deliveries."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file():
            continue
        for feed, pattern in patterns.items():
            named = night_in_name(pattern, path.name)
            if named is not None and named <= night:
                found.append(Dropped(named, feed, path.name, path))
    return sorted(found)


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
        found = _take(members, into=into, known=known, examine=examine)
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
    )


@dataclass
class _Taken:
    """What one set of files came to."""

    taken: list[Part]
    refused: list[FaultyPart]
    old: set[str]  # feeds whose file was taken in before
    without: set[str]  # feeds whose file may not be used


def _take(members: Iterable[Dropped], *, into: Path, known: Known, examine: Examine) -> _Taken:
    found = _Taken([], [], set(), set())
    for file in members:
        before = file_sha256(file.path)
        if before in known.taken or before in known.refused:
            (found.old if before in known.taken else found.without).add(file.feed)
            continue
        relative = f"{file.feed}/{file.night:%Y%m%d}{file.path.suffix.lower()}"
        copy = into / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, copy)
        sha256 = file_sha256(copy)
        try:
            part = examine(file, copy)
        except FileFaultError as error:
            found.refused.append(FaultyPart(file.feed, file.name, sha256, error.fault))
            found.without.add(file.feed)
            copy.unlink()
            continue
        found.taken.append(replace(part, path=relative, sha256=sha256, landed_sha256=file_sha256(copy), night=file.night))
    return found


def unreachable(place: str | None) -> Collected:
    """The answer when the folder is not there."""
    said = "no folder is named" if place is None else "the folder is not there or cannot be read"
    return Collected(faults=(Fault(Rule.UNREACHABLE, said),))
